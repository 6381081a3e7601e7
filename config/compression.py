from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPages(GZipMiddleware):
    """Gzip of pages to about a tenth of their size, with defences against BREACH.

    In that attack another site makes the victim's browser send many requests with guesses in the
    address, and the size of the responses is measured. Responses to cross-site requests are not
    compressed; for the others, form tokens are masked anew each time and Django pads responses at
    random. Streams, such as exports, are not compressed: that would hold their first bytes back.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.streaming or request.headers.get("Sec-Fetch-Site") == "cross-site":
            return response
        return super().process_response(request, response)
