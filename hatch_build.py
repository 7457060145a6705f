"""Bundles the playground when a wheel is built, where npm is there to do it."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = "server/playground/bundle.py"


class BundledPlayground(BuildHookInterface):  # type: ignore[type-arg]
    """Lets the wheel carry the page's files: whoever installs it needs no npm."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - as hatchling calls it
        """Bundle anew what is older than its sources; a checkout that is only linked is bundled when it is served."""
        if version == "editable":
            return
        # Its package needs what only the installed gateway has; the file itself needs nothing.
        spec = spec_from_file_location("bundle", Path(self.root) / BUNDLE)
        assert spec is not None
        assert spec.loader is not None
        bundle = sys.modules["bundle"] = module_from_spec(spec)
        spec.loader.exec_module(bundle)
        if not bundle.build():
            self.app.display_warning("This wheel's playground comes from a CDN.")
