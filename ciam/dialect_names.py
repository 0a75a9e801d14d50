"""The vendors' APIs that an application may speak; OpenID Connect and the hosted pages are not among them: all do."""

from tenants.models import Application

TENCENT, CLOUDBASE, PLUSAUTH = "tencent", "cloudbase", "plusauth"
NAMES = (TENCENT, CLOUDBASE, PLUSAUTH)

# What a new application speaks that does not say. CloudBase's clients keep no secret, PlusAuth's API is for back ends.
OF_TYPE: dict[str, tuple[str, ...]] = {
    Application.Type.WEB: (TENCENT, PLUSAUTH),
    Application.Type.M2M: (TENCENT, PLUSAUTH),
    Application.Type.SPA: (TENCENT, CLOUDBASE),
    Application.Type.MOBILE: (TENCENT, CLOUDBASE),
}
