"""Third-party identity: the way out to a provider, the way back, and what an end user does with it."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from accounts import provider_tokens
from accounts.models import ProviderToken
from accounts.third_party import arrivals, exchange, providers
from ciam.client_address import source_of
from ciam.dialects.cloudbase import answers, fields, provider_fields, provider_list
from ciam.dialects.cloudbase.base import NAMED, CloudBaseView
from ciam.dialects.cloudbase.errors import InvalidArgument
from ciam.dialects.cloudbase.user_base import PROVEN, UserView
from ciam.needs import Declaration
from signup import third_party
from tenants import call_limits
from tokens import grants, self_service
from tokens.entering import TokenSession

CALLS_IN_WINDOW = 100  # of one address, at each call that asks a third party


class ProviderView(CloudBaseView):
    needs: Declaration = NAMED

    def device(self) -> str:
        """Provider tokens belong to a device (contract §2)."""
        if not self.device_id:
            raise InvalidArgument("The header x-device-id is missing.")
        return self.device_id

    def provider_token(self) -> ProviderToken:
        token = fields.text(self.body, "provider_token")
        return provider_tokens.find(token, application=self.application, device_id=self.device(), now=self.now)

    def count(self, request: Request, call: str) -> None:
        """A back end's calls come from one address, so only those of strangers are counted."""
        if not self.has_secret:
            source = source_of(request._request)
            client_id = self.application.client_id
            call_limits.take(call, client_id=client_id, source=source, in_window=CALLS_IN_WINDOW, now=self.now)


class UriView(ProviderView):
    def get(self, request: Request) -> HttpResponse:
        query: dict[str, Any] = request.GET.dict()
        if query.get("response_type", "code") not in ("", "code"):
            raise InvalidArgument("response_type is code, or left out.")
        key = fields.text(query, "provider_id")
        self.count(request, "provider/uri")
        uri = exchange.authorization_address(
            providers.get(self.application.tenant.id, key),
            redirect_uri=provider_fields.redirect_uri(query, "redirect_uri", self.application),
            state=fields.text(query, "state", required=False, longest=provider_fields.LONGEST_STATE),
            scope=fields.text(query, "scope", required=False),
            extra=provider_fields.other_parameters(request.GET),
        )
        return answers.success({"uri": uri, "signout_uri": ""})


class TokenView(ProviderView):
    def post(self, request: Request) -> HttpResponse:
        device_id, key = self.device(), fields.text(self.body, "provider_id")
        provider = providers.get(self.application.tenant.id, key)
        evidence = provider_fields.evidence(self.body, provider.preset, self.application)
        self.count(request, "provider/token")
        token, profile = arrivals.arrive(
            application=self.application, device_id=device_id, provider=provider, evidence=evidence, now=self.now
        )
        seconds = int(provider_tokens.LIFETIME.total_seconds())
        return _told(token, seconds, provider_fields.told(profile))

    def patch(self, request: Request) -> HttpResponse:
        """The same token and what it is about; no provider of ours needs more parameters."""
        provider_fields.parameters(self.body)
        row = self.provider_token()
        seconds = int((row.expires_at - self.now).total_seconds())
        profile = provider_fields.told(provider_tokens.profile_of(row))
        return _told(fields.text(self.body, "provider_token"), seconds, profile)


class SignInView(ProviderView):
    def post(self, request: Request) -> HttpResponse:
        issued = grants.by_identity(
            application=self.application,
            provider_token=fields.text(self.body, "provider_token"),
            provider=fields.text(self.body, "provider_id", required=False),
            may_sign_up=not fields.flag(self.body, "force_disable_sign_up"),
            sync_profile=fields.flag(self.body, "sync_profile"),
            device_id=self.device(),
            into=TokenSession(self.has_secret, self.device()),
            now=self.now,
        )
        return answers.tokens(issued)


class BindView(ProviderView, UserView):
    needs = PROVEN

    def post(self, request: Request) -> HttpResponse:
        third_party.bind(
            application=self.application,
            end_user=self.end_user,
            token=self.provider_token(),
            presence=self.presence(),
            now=self.now,
        )
        return answers.done()


class ProvidersView(UserView):
    def get(self, request: Request) -> HttpResponse:
        found = provider_list.of(self.end_user)
        return answers.success({"total": len(found), "data": found})


class BoundProviderView(UserView):
    needs = PROVEN

    def delete(self, request: Request, provider_id: str) -> HttpResponse:
        self_service.unbind(
            application=self.application,
            session=self.session,
            provider=provider_id,
            presence=self.presence(),
            now=self.now,
        )
        return answers.done()


def _told(token: str, seconds: int, profile: dict[str, Any]) -> HttpResponse:
    return answers.success({"provider_token": token, "expires_in": seconds, "provider_profile": profile})
