"""The emulated account on a port."""

from __future__ import annotations

from brightpearl.testing import Emulator, EmulatorServer


def environment(server: EmulatorServer) -> dict[str, str]:
    """The variables that point a client at the emulated account."""
    credentials = server.emulator.credentials._configuration()
    token = credentials.get("account_token")
    return {
        "BRIGHTPEARL_ACCOUNT": server.emulator.account,
        "BRIGHTPEARL_BASE_URL": server.url,
        "BRIGHTPEARL_APP_REF": credentials["app_ref"],
        **(
            {"BRIGHTPEARL_ACCOUNT_TOKEN": token}
            if token
            else {"BRIGHTPEARL_STAFF_TOKEN": credentials["staff_token"]}
        ),
    }


def serve(port: int, seed: int, orders: int) -> None:
    """Serves until the process is interrupted."""
    with Emulator(orders=orders, seed=seed).serve(port) as server:
        for name, value in environment(server).items():
            print(f"export {name}={value}")
        print(f"# {orders:,} orders on {server.url} until Ctrl-C", flush=True)
        server.wait()
