"""Django's request and handler, for clients that may send anything."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.multipartparser import MultiPartParserError


class Request(WSGIRequest):
    """A request whose texts are UTF-8, whatever charset its Content-Type names."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Django would decode the query by that charset too, which need not be one of texts."""
        self.content_type = meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        self.content_params = {}

    def parse_file_upload(self, META: Any, post_data: Any) -> Any:  # noqa: N803 - Django's name
        """Raises MultiPartParserError, which is answered 400, also for parameters that cannot be parsed."""
        try:
            return super().parse_file_upload(META, post_data)
        except (LookupError, ValueError) as error:
            raise MultiPartParserError("The form cannot be read.") from error


class Handler(WSGIHandler):
    request_class = Request
