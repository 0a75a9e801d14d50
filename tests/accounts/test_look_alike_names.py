"""A user name is ASCII: a look-alike in other letters, which Unicode folds to it, is the name of nobody, anywhere."""

from urllib.parse import quote

import pytest

from tests.administration.pages import StaffBrowser
from tests.authorization.visitors import PASSWORD as HOSTED_PASSWORD
from tests.authorization.visitors import Visitor, make_shop
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.cloudbase.signed_in import PASSWORD, SignedIn, make_cloudbase_application, make_user
from tests.dialects.tencent.logins import PASSWORD as TENCENT_PASSWORD
from tests.dialects.tencent.logins import Shop, make_login_application

pytestmark = pytest.mark.django_db

LOOK_ALIKES = [("kelvin", "\u212aelvin"), ("straus", "\u017ftraus")]  # the Kelvin sign, the long s
look_alikes = pytest.mark.parametrize(("name", "look_alike"), LOOK_ALIKES)


@look_alikes
def test_at_tencents_log_in(name, look_alike):
    shop = Shop(make_login_application())
    make_user(shop.application, password=TENCENT_PASSWORD, username=name)

    assert shop.log_in_by_password(look_alike).status_code == 400
    assert shop.log_in_by_password(name.upper()).status_code == 200


@look_alikes
def test_at_cloudbases_sign_in(name, look_alike):
    client = CloudBaseClient(make_cloudbase_application())
    make_user(client.application, password=PASSWORD, username=name)

    assert client.sign_in(look_alike, PASSWORD).status_code == 400
    assert client.sign_in(name.upper(), PASSWORD).status_code == 200


@look_alikes
def test_on_the_log_in_page(name, look_alike):
    shop = make_shop()
    make_user(shop, password=HOSTED_PASSWORD, username=name)
    visitor = Visitor(shop)
    visitor.open_page()

    assert visitor.log_in(look_alike, HOSTED_PASSWORD).status_code == 401
    assert visitor.log_in(name.upper(), HOSTED_PASSWORD).status_code == 200


@look_alikes
def test_where_users_are_looked_up(name, look_alike):
    application = make_cloudbase_application()
    user = SignedIn(application, make_user(application, username=name))

    for wanted, total in ((look_alike, 0), (name.upper(), 1)):
        assert user.get(f"user/query?username={quote(wanted)}").json()["total"] == total
        exists = user.get(f"checkIfUserExist?username={quote(wanted)}").json()
        assert exists == {"exist": bool(total)}


@look_alikes
def test_in_the_search_of_the_admin(name, look_alike):
    end_user, browser = make_user(make_cloudbase_application(), username=name), StaffBrowser()

    for wanted, found in ((look_alike, []), (name.upper(), [end_user])):
        page = browser.get(f"/admin/accounts/enduser/?q={quote(wanted)}")
        assert list(page.context["cl"].result_list) == found
