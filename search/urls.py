"""Addresses of search."""

from django.urls import URLPattern, path

from search.views.kept import finds, tell
from search.views.page import search
from search.views.people import forget, said, save
from search.views.similar import like
from search.views.typing import guide, panel

urlpatterns: list[URLPattern] = [
    path("search/", search, name="search"),
    path("search/suggest/", panel, name="search_suggest"),
    path("search/help/", guide, name="search_help"),
    path("search/similar/", like, name="search_similar"),
    path("search/feedback/", said, name="search_feedback"),
    path("search/saved/", save, name="search_save"),
    path("search/saved/<int:pk>/", finds, name="search_finds"),
    path("search/saved/<int:pk>/tell/", tell, name="search_tell"),
    path("search/saved/<int:pk>/remove/", forget, name="search_forget"),
]
