"""Texts that a page must show as they are, whoever typed them."""

TAG = "hostile"  # in each of them, so that a page can be asked what became of it

TEXTS = (
    f"<script>alert('{TAG}')</script>",
    f"<script src=//outside.example/{TAG}.js></script>",
    f"</script><script>alert('{TAG}')</script>",
    f"<img src=x onerror=alert('{TAG}')>",
    f"<img src=https://outside.example/{TAG}.png>",
    f"<svg onload=alert('{TAG}')>",
    f"<svg><script>alert('{TAG}')</script></svg>",
    f"<iframe src=javascript:alert('{TAG}')></iframe>",
    f"<iframe srcdoc=\"<script>alert('{TAG}')</script>\"></iframe>",
    f"<body onload=alert('{TAG}')>",
    f"<details open ontoggle=alert('{TAG}')>",
    f"<input autofocus onfocus=alert('{TAG}')>",
    f"<a href=javascript:alert('{TAG}')>{TAG}</a>",
    f"<style>body{{display:none}}</style>{TAG}",
    f"<link rel=stylesheet href=//outside.example/{TAG}.css>",
    f'<meta http-equiv=refresh content="0;url=//outside.example/{TAG}">',
    f"<base href=//outside.example/{TAG}/>",
    f"<form action=//outside.example/{TAG}><button>x</button></form>",
    f"<math><mtext><img src=x onerror=alert('{TAG}')></mtext></math>",
    f"\" onmouseover=alert('{TAG}') x=\"",
    f"' autofocus onfocus=alert('{TAG}') x='",
    f"--><!-- {TAG}",
    f"]]>{TAG}<![CDATA[",
    f"{{{{7*7}}}} {TAG} ${{7*7}} <%= 7*7 %>",
    f"{{% load admin_urls %}}{TAG}{{% debug %}}",
    f"javascript:alert('{TAG}')",
    f"=1+1+cmd|' /C calc'!A0 {TAG}",
    f"&lt;b&gt;{TAG}&amp;",
    f"\u202e{TAG} gnp.exe\u202c \u2066x\u2069",
    f"{TAG} " + "x" * 240,
)


TENANT = "hostile"
SIGN_UP = {
    "authentication_attributes": ["phone_number"],
    "optional_attributes": [f"h{number}" for number in range(len(TEXTS))],
    "default_group": TEXTS[0],
}
DOCUMENT = {
    "tenants": [
        {
            "slug": TENANT,
            "name": TEXTS[3][:128],
            "attributes": [
                {"identifier": f"h{number}", "label": text[:128], "error_message": text[:256]}
                for number, text in enumerate(TEXTS)
            ],
            "senders": [{"key": "out", "channel": "sms", "vendor": "outbox"}],
            "password_auth_sources": [
                {"key": f"source-{number}", "name": text[:128]} for number, text in enumerate(TEXTS)
            ],
            "applications": [
                {
                    "client_id": f"hostile-{number}",
                    "name": text[:128],
                    "client_secret": "a-client-secret-for-tests",
                }
                | ({"sign_up": SIGN_UP} if number == 0 else {})
                for number, text in enumerate(TEXTS)
            ],
        }
    ]
    + [{"slug": f"hostile-{number}", "name": text[:128]} for number, text in enumerate(TEXTS)]
}
MAKE_ROWS = """
import json
import os

from accounts.models import EndUser
from tenants import audit, clock
from tenants.models import Group, Sender, Tenant

texts = json.loads(os.environ["TEXTS"])
tenant, now = Tenant.objects.get(slug="hostile"), clock.now()
for number, text in enumerate(texts):
    user = EndUser.objects.create(tenant=tenant, username=text[:64].casefold(), username_typed=text[:64])
    audit.record("sign_up", tenant_id=tenant.id, now=now, actor=text[:200], subject=text[:320], about=user.id,
                 detail={text: text, "after": {text: [text]}})
everything = {f"h{number}": text for number, text in enumerate(texts)}
user = EndUser.objects.create(tenant=tenant, phone_number="+8613612340000", attributes=everything)
user.groups.set([Group.objects.get_or_create(tenant=tenant, name=text[:128])[0] for text in texts])
audit.record("sign_up", tenant_id=tenant.id, now=now, subject="all", about=user.id, detail={"after": everything})
Sender.objects.create(tenant=tenant, key="bad", channel="sms", vendor="custom", settings={"url": texts[0]})
Sender.objects.create(tenant=tenant, key="mail", channel="email", vendor="smtp", settings={"host": texts[3]})
"""
