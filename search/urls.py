"""Addresses of search."""

from django.urls import URLPattern, path

from search.views.page import search

urlpatterns: list[URLPattern] = [
    path("search/", search, name="search"),
]
