"""Debian's packages for the tools of tests: installed where that needs no question."""

import os
import shutil
import subprocess


def install(packages: list[str]) -> None:
    """Install packages by apt, as root on Debian; elsewhere do nothing."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    apt = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    for package in packages:
        subprocess.run([*apt, package], check=False, stdout=subprocess.DEVNULL)
