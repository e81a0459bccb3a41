# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory side: who may update the record ``_vlmcs._tcp`` of an AD-integrated zone, and in which domains to look.

Such a record is an object of Active Directory, and its security descriptor decides. Runs on the controller, as part of
an ordinary module or of an inventory. ``connection``, ``sign_in``, ``directory`` and ``explain`` speak LDAP;
``accounts``, ``zones``, ``guard`` and ``forest`` work through them; the rest is pure.
"""
