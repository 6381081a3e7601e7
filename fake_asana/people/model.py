from dataclasses import dataclass
from typing import Any

SIZES = (21, 27, 36, 60, 128, 1024)  # of the photos in Asana's user record


@dataclass(frozen=True)
class Workspace:
    gid: str
    name: str
    is_organization: bool = True
    email_domains: tuple[str, ...] = ()

    def compact(self) -> dict[str, Any]:
        return {"gid": self.gid, "resource_type": "workspace", "name": self.name}

    def full(self) -> dict[str, Any]:
        return {
            **self.compact(),
            "email_domains": list(self.email_domains),
            "is_organization": self.is_organization,
        }


@dataclass(frozen=True)
class Person:
    gid: str
    name: str
    email: str
    about: str
    workspaces: tuple[Workspace, ...] = ()
    photo: str | None = None  # a path on the stand-in

    def compact(self) -> dict[str, Any]:
        return {"gid": self.gid, "resource_type": "user", "name": self.name}

    def as_user(self) -> dict[str, Any]:
        """Return the user as tasks and lists name one."""
        return {**self.compact(), "email": self.email}

    def picture(self, url: str) -> str | None:
        return url + self.photo if self.photo else None

    def full(self, url: str) -> dict[str, Any]:
        picture = self.picture(url)
        return {
            **self.compact(),
            "email": self.email,
            "photo": {f"image_{size}x{size}": picture for size in SIZES} if picture else None,
            "workspaces": [workspace.compact() for workspace in self.workspaces],
            "custom_fields": [],
        }

    def workspace(self, gid: str) -> Workspace | None:
        return next((workspace for workspace in self.workspaces if workspace.gid == gid), None)

    def meets(self, other: "Person") -> bool:
        """Tell whether both share a workspace: then Asana shows them to each other."""
        return self is other or any(other.workspace(each.gid) for each in self.workspaces)
