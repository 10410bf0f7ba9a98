"""The whole of OpenStack Swift in one process, with an S3 face. For tests only.

Run by ``s3.py`` with the Python of Swift's own virtual environment, so nothing of the
project can be imported here::

    python swift_server.py DIRECTORY LISTENING_DESCRIPTOR BUCKET

with S3_ACCOUNT, S3_USER and S3_SECRET in the environment. The S3 access key is then
``ACCOUNT:USER``. When the bucket exists, a file ``ready`` appears in the directory.

The four servers would normally be four processes. In one they start in a quarter of
the processor time; Swift's own functional tests do the same.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import eventlet  # type: ignore[import-not-found,unused-ignore]
import eventlet.wsgi  # type: ignore[import-not-found,unused-ignore]
from swift.common import utils, wsgi  # type: ignore[import-not-found,unused-ignore]
from swift.common.ring import RingBuilder  # type: ignore[import-not-found,unused-ignore]
from swift.common.swob import Request  # type: ignore[import-not-found,unused-ignore]

_STORES = ("account", "container", "object")

_SWIFT_CONF = """\
[swift-hash]
swift_hash_path_suffix = tests
swift_hash_path_prefix = tests
[storage-policy:0]
name = single
default = yes
"""

# Nobody listens on the discard port: Swift insists on logging to a syslog.
_DEFAULT = """\
[DEFAULT]
swift_dir = {etc}
log_udp_host = 127.0.0.1
log_udp_port = 9
"""

_STORE_CONF = """\
devices = {home}/devices
mount_check = false
recon_cache_path = {home}/cache
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

# The order of the pipeline matters, and versioned_writes requires symlink after it.
_PIPELINE = (
    "catch_errors gatekeeper healthcheck proxy-logging listing_formats bulk s3api tempauth copy slo dlo"
    " versioned_writes symlink proxy-logging proxy-server"
)

_PROXY_CONF = """\
cors_allow_origin = *
[pipeline:main]
pipeline = {pipeline}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
min_segment_size = 5242880
cors_preflight_allow_origin = *
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret} .admin
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
"""

_PLAIN_FILTERS = ["catch_errors", "gatekeeper", "healthcheck", "listing_formats"]
_PLAIN_FILTERS += ["bulk", "copy", "slo", "dlo", "symlink"]


def write_configuration(home: Path, ports: dict[str, int]) -> Path:
    """Write the files of a one-disk cluster.

    Args:
        home: where everything is kept.
        ports: the port of each of the three stores.

    Returns:
        The directory with the configuration files.
    """
    etc = home / "etc"
    for directory in (etc, home / "cache", home / "devices" / "d1"):
        directory.mkdir(parents=True)
    (etc / "swift.conf").write_text(_SWIFT_CONF)
    default = _DEFAULT.format(etc=etc)
    for name in _STORES:
        (etc / f"{name}.conf").write_text(default + _STORE_CONF.format(home=home, name=name))
        write_ring(etc / f"{name}.ring.gz", ports[name])
    proxy = _PROXY_CONF.format(
        pipeline=_PIPELINE,
        account=os.environ["S3_ACCOUNT"],
        user=os.environ["S3_USER"],
        secret=os.environ["S3_SECRET"],
    )
    filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in _PLAIN_FILTERS)
    (etc / "proxy.conf").write_text(default + proxy + filters)
    return etc


def write_ring(path: Path, port: int) -> None:
    """Write the ring of one store: 16 partitions, one copy, all on one device."""
    builder = RingBuilder(4, 1, 1)
    builder.add_dev(
        {
            "id": 0,
            "region": 1,
            "zone": 1,
            "ip": "127.0.0.1",
            "port": port,
            "replication_ip": "127.0.0.1",
            "replication_port": port,
            "device": "d1",
            "weight": 1.0,
            "meta": "",
        }
    )
    builder.rebalance()
    builder.get_ring().save(str(path))


def serve(listener: socket.socket, application: Any) -> Any:
    """Answer requests on ``listener`` in a green thread, and return that thread."""
    return eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        application,
        utils.NullLogger(),
        protocol=wsgi.SwiftHttpProtocol,
        # As in Swift's own run_server: clients of S3 need "ETag", not "Etag".
        capitalize_response_headers=False,
        socket_timeout=60,
    )


def main(home: Path, descriptor: int, bucket: str) -> None:
    """Serve until killed."""
    utils.monkey_patch()
    eventlet.hubs.use_hub(utils.get_hub())
    listeners = {name: eventlet.listen(("127.0.0.1", 0)) for name in _STORES}
    etc = write_configuration(home, {name: listener.getsockname()[1] for name, listener in listeners.items()})
    utils.set_swift_dir(str(etc))

    servers = [serve(listeners[name], wsgi.loadapp(str(etc / f"{name}.conf"))) for name in _STORES]
    proxy = wsgi.loadapp(str(etc / "proxy.conf"))
    # Straight to the innermost application, which asks nobody's permission.
    container = Request.blank(f"/v1/AUTH_{os.environ['S3_ACCOUNT']}/{bucket}", method="PUT")
    response = container.get_response(proxy._pipeline_final_app)
    if response.status_int not in (201, 202):
        raise SystemExit(f"creating the bucket failed: {response.status} {response.body!r}")

    servers.append(serve(socket.socket(fileno=descriptor), proxy))
    (home / "ready").touch()
    for server in servers:
        server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
