"""The Flask app: Authlib's provider, the API, the control endpoints and the pages."""

import os

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from fake_asana.api.errors import JSON, NO_ROUTE, ApiError, error_response
from fake_asana.api.tasks import tasks
from fake_asana.api.user_task_lists import user_task_lists
from fake_asana.api.users import users
from fake_asana.api.workspaces import workspaces
from fake_asana.control import control
from fake_asana.oauth.authorize import authorize
from fake_asana.oauth.discovery import discovery
from fake_asana.oauth.provider import init_provider
from fake_asana.oauth.tokens import tokens
from fake_asana.pages import pages
from fake_asana.request_hooks import init_request_hooks
from fake_asana.world import API, World


class AsanaJSON(DefaultJSONProvider):
    ensure_ascii = False
    sort_keys = False
    compact = True
    mimetype = JSON


def create_app(world: World) -> Flask:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, on one's own machine
    app = Flask("fake_asana", static_folder=None)
    app.json = AsanaJSON(app)
    app.extensions["world"] = world
    init_provider(app, world)
    init_request_hooks(app)
    for blueprint in (authorize, tokens, control, pages):
        app.register_blueprint(blueprint)
    for blueprint in (discovery, users, workspaces, tasks, user_task_lists):
        app.register_blueprint(blueprint, url_prefix=API)
    app.register_error_handler(ApiError, error_response)
    app.register_error_handler(HTTPException, _http_error)
    return app


def _http_error(error: HTTPException) -> HTTPException | Response:
    if not request.path.startswith((API, "/control")):
        return error
    if error.code in {404, 405}:  # Asana sends 404 for a wrong method
        return error_response(ApiError(404, NO_ROUTE))
    return error_response(ApiError(error.code or 500, error.description or error.name))
