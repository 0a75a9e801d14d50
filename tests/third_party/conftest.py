from collections.abc import Iterator

import pytest

from tenants.models import Application
from tests.third_party.provider import Provider, open_provider
from tests.third_party.rows import make_openid_provider, make_partner_application


@pytest.fixture
def third_party() -> Iterator[Provider]:
    with open_provider() as provider:
        yield provider


@pytest.fixture
def application(third_party) -> Application:
    application = make_partner_application()
    make_openid_provider(application.tenant, third_party)
    return application
