"""Addresses at which other programs fetch from Hindsight."""

from django.urls import URLPattern, path

from integrations import calendars
from integrations.feeds import IncidentFeed, PostmortemFeed, SearchFeed, for_readers

urlpatterns: list[URLPattern] = [
    path("feeds/incidents.atom", for_readers(IncidentFeed()), name="feed_incidents"),
    path("feeds/postmortems.atom", for_readers(PostmortemFeed()), name="feed_postmortems"),
    path("feeds/search.atom", for_readers(SearchFeed()), name="feed_search"),
    path("feeds/actions.ics", calendars.actions, name="feed_actions"),
]
