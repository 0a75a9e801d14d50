"""What a tenant's pages look like: its name, its logo, and its colour wherever that can be read."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

from django.utils.safestring import SafeString, mark_safe

from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration, TenantSettings, origin_of
from tenants.models import Application

DEFAULT_COLOR = "#1f5fa8"
WEB = ("https://", "http://")
LIGHT_GROUND, DARK_GROUND = "#f3f5f8", "#1a212b"  # the worst grounds of signup.css for an ink in light and in dark
COLOR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
READABLE = 4.5  # WCAG 1.4.3
STEPS = 100

Color = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    color: str
    logo: str  # its address, or ""
    login_url: str  # where its people log in, or ""
    home_url: str  # where its people go on, or ""
    css: SafeString


def of_application(application: ApplicationConfiguration) -> Brand:
    """Return the tenant's brand; people go on at its `login_url`, else at the site of the application."""
    brand = of_tenant(application.tenant, f"?{urlencode({'client_id': application.client_id})}")
    return replace(brand, home_url=brand.login_url or _site_of(application))


def _site_of(application: ApplicationConfiguration) -> str:
    """Return the front page of the site to which codes go; an application on a device has none."""
    if application.type == Application.Type.MOBILE:
        return ""
    origins = (origin_of(uri) for uri in application.redirect_uris)
    return next((f"{origin}/" for origin in origins if origin.startswith(WEB)), "")


def of_tenant(tenant: TenantSettings, query: str = "") -> Brand:
    """Return the brand; the `query` of the logo's address names the tenant where the Host does not."""
    color = tenant.color if COLOR.fullmatch(tenant.color) else DEFAULT_COLOR
    login_url = tenant.login_url if tenant.login_url.startswith(WEB) else ""
    return Brand(
        name=UNFIT_FOR_TEXT.sub(" ", tenant.name),
        color=color,
        logo=f"/signup/logo{query}" if tenant.has_logo else "",
        login_url=login_url,
        home_url=login_url,
        css=_css(color),
    )


@lru_cache(maxsize=256)
def _css(color: str) -> SafeString:
    """The colour as a ground with what can be written on it, and as an ink that can be read on ours."""
    brand = _parse(color)
    on_brand = "#000000" if contrast(color, "#000000") >= contrast(color, "#ffffff") else "#ffffff"
    light, dark = (_ink(brand, _parse(ground), towards) for ground, towards in ((LIGHT_GROUND, 0), (DARK_GROUND, 1)))
    return mark_safe(  # noqa: S308 - made of numbers alone
        f":root {{ --brand: {_hex(brand)}; --on-brand: {on_brand}; --ink: {light}; }} "
        f"@media (prefers-color-scheme: dark) {{ :root {{ --ink: {dark}; }} }}"
    )


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, from 1 to 21."""
    return _contrast(_parse(one), _parse(other))


def _ink(color: Color, ground: Color, towards: float) -> str:
    """The colour, mixed with no more black (0) or white (1) than it needs to be read on the ground."""
    for step in range(STEPS):
        share = step / STEPS
        mixed = _parse(_hex(tuple(part * (1 - share) + towards * share for part in color)))
        if _contrast(mixed, ground) >= READABLE:
            return _hex(mixed)
    return _hex((towards,) * 3)


def _contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parse(color: str) -> Color:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _hex(color: tuple[float, ...]) -> str:
    return "#" + bytes(round(part * 255) for part in color).hex()


NAMELESS = Brand(name="", color=DEFAULT_COLOR, logo="", login_url="", home_url="", css=_css(DEFAULT_COLOR))
