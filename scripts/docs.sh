#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Renders the documentation of every plugin, role and guide to HTML, below .work/docs, with nothing from the network.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

target=$WORK/docs
rm -rf -- "$target"
mkdir -p -- "$target"
chmod go-w "$target"  # antsibull-docs insists on a folder that only we can write
antsibull-docs sphinx-init --use-current --squash-hierarchy --lenient --fail-on-error --dest-dir "$target" \
  winfleet.activation
# Links into other projects' documentation would be looked up on their servers at every build.
python - "$target/conf.py" <<'PYTHON'
import pathlib
import re
import sys

path = pathlib.Path(sys.argv[1])
text = path.read_text(encoding="utf-8")
text = re.sub(r"^#[^\n]*intersphinx[^\n]*\n", "", text, flags=re.MULTILINE)
text = re.sub(r"^intersphinx_mapping = \{.*?^\}\n", "", text, flags=re.DOTALL | re.MULTILINE)
text = text.replace("'sphinx.ext.intersphinx', ", "")
if "intersphinx" in text:
    sys.exit(f"{path} has not the shape that scripts/docs.sh expects: it still refers to other projects")
path.write_text(text, encoding="utf-8")
PYTHON
(cd -- "$target" && ./build.sh)
say "Open $target/build/html/index.html"
