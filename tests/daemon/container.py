# SPDX-License-Identifier: GPL-2.0-only
"""A systemd of its own, as the first process of a container, that runs the
unit as it is installed: sandbox, readiness, watchdog, reload and restart."""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SERVICE = """[Unit]
Description=What is tried with the daemon's unit
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh /trial/in-container
ExecStopPost=/bin/systemctl exit 0
"""
# Neither Xen nor its devices are needed for what is tried here, and the
# program is not installed.
DROP_IN = """[Unit]
ConditionPathExists=
[Service]
ExecCondition=
ExecCondition=/bin/grep -q control_d /trial/capabilities
ExecStart=
ExecStart=/trial/xen-pcid --foreground --config /trial/conf --sysfs /trial/sys
WatchdogSec=4
"""
CONF = {"backend": "embedded", "record": "/var/lib/xen-pci/trace",
        "xenstore": "off", "events": "/trial/events",
        "metrics": "/var/lib/prometheus/node-exporter/xen-pci.prom"}
SECONDS = 120


class Impossible(Exception):
    """No such container can be had here."""


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _prepare(directory, program, unit):
    """What the container sees as /trial; returns what is bound elsewhere."""
    shutil.copy(program, os.path.join(directory, "xen-pcid"))
    shutil.copy(os.path.join(HERE, "in-container"), directory)
    shutil.copy(unit, os.path.join(directory, "unit"))
    _write(os.path.join(directory, "trial.service"), SERVICE)
    _write(os.path.join(directory, "drop-in"), DROP_IN)
    _write(os.path.join(directory, "conf"),
           "".join(f"{key} = {value}\n" for key, value in CONF.items()))
    os.mkfifo(os.path.join(directory, "events"))
    units = "/etc/systemd/system/"
    return {"unit": units + "xen-pcid.service",
            "drop-in": units + "xen-pcid.service.d/trial.conf",
            "trial.service": units + "trial.service"}


def run(directory, program, unit):
    """The report's lines; directory has a machine in "sys".

    Raises Impossible, with what was said, where systemd does not get as far
    as the trial.
    """
    if os.geteuid():
        raise Impossible("needs root")
    if not shutil.which("systemd-nspawn"):
        raise Impossible("systemd-container is not installed")
    bound = _prepare(directory, program, unit)
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit",
               "--directory=/", "--volatile=yes", "--private-network",
               "--console=pipe", f"--machine=xen-pcid-{os.getpid()}",
               f"--bind={directory}:/trial",
               *(f"--bind-ro={directory}/{name}:{path}"
                 for name, path in bound.items()),
               "--boot", "systemd.unit=trial.service"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS,
                              check=False).stdout
    except subprocess.TimeoutExpired as expired:
        done = expired.stdout or b""
    try:
        with open(os.path.join(directory, "report"),
                  encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError as missing:
        raise Impossible("systemd does not start in a container here: "
                         + done.decode(errors="replace").strip()[-300:]
                         ) from missing
