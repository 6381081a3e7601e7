from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPages(GZipMiddleware):
    """Pages shrink to a tenth, without what BREACH needs.

    That attack has the victim's browser ask again and again from another site, with guesses in the
    address, and measures the answers. Requests that another site began are answered uncompressed;
    for the rest, form tokens are masked anew each time and Django pads answers at random. Streams
    are left alone: compression would hold back the progress they tell.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.streaming or request.headers.get("Sec-Fetch-Site") == "cross-site":
            return response
        return super().process_response(request, response)
