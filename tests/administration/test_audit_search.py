"""The audit log names each end user in one way, and its search finds all that one of them did."""

import pytest

from accounts.models import EndUser
from tenants.models import AuditEntry
from tests.administration.pages import StaffBrowser
from tests.authorization.visitors import Visitor, make_shop
from tests.dialects.cloudbase.signed_in import SignedIn
from tests.dialects.tencent.logins import make_user
from tests.third_party.rows import make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> EndUser:
    """She has changed her profile, linked an identity and consented."""
    partner = make_shop(consent=True)
    shop = make_shop(partner.tenant)
    mei = make_user(shop)
    signed_in = SignedIn(shop, mei)
    assert signed_in.patch("user/profile", {"name": "Mei Lin"}).status_code == 200
    assert signed_in.post("user/provider/bind", {"provider_token": make_token(shop)}).status_code == 200
    visitor = Visitor(partner)
    visitor.open_page()
    visitor.log_in()
    visitor.read(visitor.follow(visitor.proceed()))
    assert visitor.post("/login/consent", accepted=True).status_code == 200
    return mei


def test_an_end_user_is_the_same_actor_in_every_entry(mei):
    entries = AuditEntry.objects.filter(event__in=["end_user.profile", "identity.link", "consent"])

    assert [entry.actor for entry in entries] == [f"end_user:{mei.sub}"] * 3


@pytest.mark.parametrize("spelling", ["{sub}", "end_user:{sub}", "end user {sub}"])
def test_all_entries_of_an_end_user_are_found_by_what_the_list_shows(mei, spelling):
    hers = set(AuditEntry.objects.all())
    shop = make_shop()
    SignedIn(shop, make_user(shop)).patch("user/profile", {"name": "Lan"})

    page = StaffBrowser().http.get("/admin/tenants/auditentry/", {"q": spelling.format(sub=mei.sub)})

    assert set(page.context["cl"].result_list) == hers


@pytest.mark.parametrize("term", [":", "end_user:", "end_user:mei", "mei", "::a b"])
def test_what_holds_no_id_finds_nothing(mei, term):
    page = StaffBrowser().http.get("/admin/tenants/auditentry/", {"q": term})

    assert list(page.context["cl"].result_list) == []
