"""Addresses of accounts. Of allauth's pages only those that this installation uses; their names are allauth's own."""

from allauth.account import views as allauth
from django.urls import URLPattern, path, re_path

from accounts.views import entrance, installation, people, settings, setup, teams

urlpatterns: list[URLPattern] = [
    path("setup/<str:secret>/", setup.set_up, name="setup"),
    path("accounts/login/", entrance.SignIn.as_view(), name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signed-in/", entrance.signed_in, name="signed_in"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", entrance.ConfirmPassword.as_view(), name="account_reauthenticate"),
    path("accounts/password/reset/", entrance.Forgotten.as_view(), name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("settings/", settings.profile, name="settings"),
    path("settings/password/", entrance.ChangePassword.as_view(), name="account_change_password"),
    path("settings/password/set/", entrance.FirstPassword.as_view(), name="account_set_password"),
    path("settings/sessions/end/", settings.end_sessions, name="settings_end_sessions"),
    path("settings/tokens/", settings.tokens, name="settings_tokens"),
    path("settings/tokens/new/", settings.token_new, name="settings_token_new"),
    path("settings/tokens/<int:token_id>/revoke/", settings.token_revoke, name="settings_token_revoke"),
    path("settings/people/", people.people, name="settings_people"),
    path("settings/people/new/", people.person_new, name="settings_person_new"),
    path("settings/people/<int:person_id>/", people.person, name="settings_person"),
    path("settings/people/<int:person_id>/role/", people.person_role, name="settings_person_role"),
    path("settings/people/<int:person_id>/deactivate/", people.person_deactivate, name="settings_person_deactivate"),
    path("settings/people/<int:person_id>/reactivate/", people.person_reactivate, name="settings_person_reactivate"),
    path("settings/people/<int:person_id>/invite/", people.person_invite, name="settings_person_invite"),
    path("settings/people/<int:person_id>/mail/", people.person_mail, name="settings_person_mail"),
    path("settings/teams/", teams.teams, name="settings_teams"),
    path("settings/teams/<int:team_id>/", teams.team, name="settings_team"),
    path("settings/teams/<int:team_id>/members/", teams.member_add, name="settings_member_add"),
    path(
        "settings/teams/<int:team_id>/members/<int:person_id>/remove/",
        teams.member_remove,
        name="settings_member_remove",
    ),
    path("settings/installation/", installation.installation, name="settings_installation"),
    path("settings/audit/", installation.audit_log, name="settings_audit"),
]
