#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# It runs on the controller only: all of it is in the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_rollout
short_description: Bring a fleet of Snom desk phones to the firmware that the inventory states
version_added: 0.1.0
description:
  - One task for all hosts of a play. It reads every phone, makes a plan and shows it, upgrades the phones in waves,
    proves each upgrade by what the phone shows afterwards, and stops when too many fail.
  - Within a wave a phone begins as soon as another one of its site and group has ended, so that one dead phone holds up
    nobody else.
  - In check mode it reads, shows the plan and ends.
  - A phone that is to pass 10.1.185.0 is refused where it is known to have no password for its web server, because that
    becomes its administrator password. Where it can't be told, the plan has a note.
  - It never fails for the outcome of a phone, only for input that can't be used, and then before anything is sent. Put
    M(telephony.snom.snom_rollout_result) after it, which turns each phone's outcome into its host's ok, changed or
    failed.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads the phones and looks at the images. Phones that would be upgraded have the outcome C(planned).
  diff_mode:
    support: none
    details:
      - The plan shows what would change.
  idempotent:
    support: full
    details:
      - Phones that show the wanted version are left alone, unless O(force) is set.
  bypass_host_loop:
    description: Runs once for all hosts of the play.
    support: full
options:
  waves:
    description:
      - How many phones go together. Each wave begins when the one before has ended.
      - A number of phones, or a percentage of the phones that need work (rounded up). The last one is repeated until
        all phones had their turn.
      - The word V(canary) is one phone of each kind, which is model, version now, version wanted, the URLs of the
        images but for a MAC address in them, and C(snom_transport). Canaries are chosen across sites. A canary that
        can't be asked, because it is in a call for example, is replaced by another phone of its kind. Where there are
        canaries, phones of a kind go one at a time until one of them has succeeded, and of all that have model and
        versions in common the first one goes alone.
      - The word V(stop) behind the last one ends the rollout there instead; the phones that are left have the outcome
        C(not_started). V([canary, stop]) lets people look at the canaries before a second rollout does the rest.
        Phones before it that did not have their turn have failed, whatever O(fail_on) says.
      - The host variable C(snom_wave) holds a phone back until the wave of that number.
    type: raw
    default: [canary, "10%", "100%"]
  soak:
    description:
      - Seconds to wait after each wave, two weeks at most, as for all options in seconds. Then its upgraded phones are
        read again, and one that has left the wanted version is C(reverted). Provisioning that brings another version
        back shows up this way.
    type: float
    default: 0.0
  max_bad:
    description:
      - How many bad phones are tolerated, as a number or as a percentage of the phones that need work (rounded down).
      - They are counted all the time. With one more no other phone is asked to load an image, and those that are under
        way are watched to their end.
      - Bad is a phone that was asked and did not end on the wanted version and registered as before. See also
        O(unreachable). A canary that fails stops the rollout whatever is said here.
    type: raw
    default: 0
  max_in_flight:
    description:
      - How many phones of a site are upgraded at a time, V(0) for no limit. The site is the host variable
        C(snom_site); hosts without it share one. A phone that does not come back keeps its place.
    type: int
    default: 10
  max_in_flight_per_group:
    description:
      - The same for a group, V(0) for no limit. The group is the host variable C(snom_group), a ward or a switch for
        example, so that a ward never lacks all its phones. Hosts without it have no such limit.
    type: int
    default: 1
  site_bandwidth_mbit:
    description:
      - Mbit/s that a site has for images, or a mapping from sites to such numbers, in which C(default) stands for the
        others. It only makes the deadlines longer or shorter, it limits nothing. The default is an assumption. The
        first phone of a site that shows it to be too much is named, in the next plan too if there is a O(journal).
    type: raw
    default: 100
  flash_time:
    description:
      - Seconds that a phone may take to write an image and to restart. How long phones really take is not public, so
        the default is an assumption.
    type: float
    default: 600.0
  deadline:
    description:
      - Seconds after which a phone counts as lost, for each image. It is never touched again then, and listed under
        RV(do_not_power_off). With O(journal) no later run asks it for anything before the time that is given there.
      - A phone that was not seen gone until then counts as bad, but may still be loading. It keeps its place, is
        watched for as long again, and has its whole deadline from when it goes down. How it ends is said then.
      - The default is C(1.5 * (transfer + flash_time)). The transfer is computed from the size of the image, from
        O(site_bandwidth_mbit) and from how many phones share it. It is never more than two weeks. The plan shows the
        result.
    type: float
  window:
    description:
      - When phones may be asked to load an image, as local time with its zone, or a list, or a mapping from sites to
        these, in which C(default) stands for the others. V(always) is no limit.
      - Weekdays may stand before the times, and dates to leave out behind the zone, as in
        V(Mon-Fri 20:00-06:00 Europe/Berlin except 2026-12-24 2026-12-31).
      - A phone is asked only if its deadline ends inside of the window. A run waits for a window to open, and does not
        wait for a second one. Phones that did not have their turn until then are C(deferred).
    type: raw
  unknown_call_state:
    description:
      - What to do where it can't be read whether a phone is in a call. No public source shows what the pages of a phone
        look like then, so that is often so. The plan says on how many phones it can be read.
      - V(defer) leaves the phone alone, V(proceed) goes on.
      - If it can be read on none, V(defer) ends the run before the first wave.
    type: str
    choices: [defer, proceed]
    default: defer
  deferred_retries:
    description:
      - How often a phone that was in a call is asked again.
    type: int
    default: 3
  deferred_interval:
    description:
      - Seconds before a phone that was in a call is asked again.
    type: float
    default: 60.0
  unreachable:
    description:
      - Whether phones that never answered count for O(max_bad). Whether their hosts fail is up to O(spare_unreachable).
      - A phone whose certificate is refused is not meant. It is V(certificate_rejected) and counts once it was asked.
    type: str
    choices: [ignore, bad]
    default: ignore
  fail_on:
    description:
      - Which of these outcomes M(telephony.snom.snom_rollout_result) turns into failed hosts, and the JUnit
        report into failures. With an empty list a rollout that left phones off their target looks green.
    type: list
    elements: str
    choices: [deferred, not_started]
    default: [deferred, not_started]
  spare_unreachable:
    description:
      - Whether the host of a phone that never answered is no failed one, so that a phone which is switched off makes no
        job red. The outcome stays, and is told.
      - One that went away after it was asked fails all the same, and so do all where no phone could be read.
    type: bool
    default: false
  verify_image:
    description:
      - How each image is looked at before phones are asked to load it, from the controller. Where one is missing or
        wrong, its phones are C(refused).
      - V(head) asks whether it is there, and whether its size is that of the catalogue. V(full) fetches it and
        compares its SHA-1 too. V(none) is for images that only the phones can reach.
      - A server that is silent for 15 s, or sends less than 4 KB a second for 45 s, counts as one that lacks it.
    type: str
    choices: [head, full, none]
    default: head
  mirror:
    description:
      - Base URL of a server on which images lie by the names that Snom gives them. It replaces the servers that the
        catalogue names. The host variable C(snom_mirror) says the same for a phone, and wins.
    type: str
  catalog:
    description:
      - YAML file with a list C(images), which adds to the built-in catalogue. The entries are those of
        O(telephony.snom.snom_firmware#module:catalog).
    type: path
  allow_downgrade:
    description:
      - Whether phones may go to an older version. From 8.9.3 or later that needs O(force) too, because some of these
        phones can't be updated any more after it; which version is safe is not public.
    type: bool
    default: false
  force:
    description:
      - Whether to load the image on phones that have its version, and on those that came back on their old version
        after it in an earlier run. See O(allow_downgrade) for its other meaning. It overrides nothing else.
      - Where the version does not change, only an uptime that fell proves that the phone has restarted. It is watched
        until its deadline, as it may restart a second time, and one without an uptime ends as C(unproven).
    type: bool
    default: false
  snapshot:
    description:
      - Whether to read each phone's settings and registrations before and after its upgrade, and to report what changed
        besides the firmware. See RV(phones.snapshot).
      - It costs a request before, unless the plan has read the settings within the last five minutes, and one after.
      - What can't be read is said, and changes no outcome. A phone keeps its slot until it is read, at most three tries
        long.
    type: bool
    default: false
  retry_login:
    description:
      - Whether to send credentials to phones that refused theirs in three runs in a row. Set it once, after they were
        corrected. With fewer refusals each run tries once, without it.
      - Only O(journal) remembers refusals. A run in check mode writes none down, but does not ask such phones either.
    type: bool
    default: false
  approved_plan:
    description:
      - C(report.json) of a run in check mode. A phone is upgraded only if it stands there with the same MAC address,
        version and target. Otherwise it is C(deferred). Where the image comes from, and its checksum, are not compared
        with it. They are in RV(plan_id), by which people can compare two plans for the same phones.
    type: path
  stop_file:
    description:
      - When this file appears, no other phone is asked to load an image, those that are under way are watched to their
        end, and the report is written. A SIGTERM does the same, and so does the end of the program that reads the
        output of C(ansible-playbook), such as a pager.
      - A folder or a link of this name stops, too, and so does a place that can't be looked at.
      - What stands in its first line is told as the reason.
    type: path
  stop_others:
    description:
      - Whether a rollout that is stopped by how its phones ended creates O(stop_file). That is a canary that fails,
        more bad phones than O(max_bad), or an outcome that stops each rollout. Then all rollouts that look at the same
        file stop, too, such as the jobs of other sites, and none begins until somebody removes it.
      - The file must lie where all of them see it, on a volume that their controllers share.
    type: bool
    default: false
  journal:
    description:
      - File that remembers what was asked of which phone. It is written before a phone is asked, so that a run after a
        crash first watches the phones that may still be writing their flash, and asks none of them twice.
      - A second run with the same journal is refused while the first one works, also where it comes to the journal by
        another name, a link for example. A file of the same name with C(.lock) behind it, which is beside the journal,
        says who works with it.
      - Where it is moved, removed or replaced in the middle of a run, no other phone is asked, and those that are under
        way are watched to their end.
      - It must outlive the run. In an execution environment it must lie on a mounted volume; a run whose journal would
        be gone with the container is refused. Without a journal nothing protects a run after a crash, and the plan says
        so.
    type: path
  report_dir:
    description:
      - Directory in which the report is written, as JSON, CSV, JUnit and one HTML page. Earlier ones are replaced.
    type: path
requirements:
  - requests >= 2.28
notes:
  - The task needs C(run_once=true). Without it Ansible would register the result on the first host only, so it refuses
    to run. It can't be delegated, and C(strategy=free) can't run it.
  - With C(serial) it runs once for each batch, and waves, canaries and O(max_bad) count within a batch.
  - Relative paths in the options count from the current directory.
  - C(when) and templates in the options are evaluated for the first host only.
  - What is wanted of a phone is said by host variables. C(snom_firmware_version) is the version, or
    C(snom_firmware_versions) a mapping from models to versions; the first wins. Each host needs one of them.
  - How a phone is reached is said by host variables, C(ansible_host) and those that M(telephony.snom.snom_info) names,
    C(snom_username) and C(snom_password) for example. Where C(module_defaults) set these options for the action group,
    they go before the host variables, as they do in any task. The login of phones without those variables comes from
    the controller's environment, C(SNOM_USERNAME) and C(SNOM_PASSWORD).
  - C(snom_mac) and C(snom_model) are checked where they are given. The MAC address is read again right before a phone
    is asked to load an image.
  - C(snom_site), C(snom_group), C(snom_wave) and C(snom_mirror) are explained with the options.
  - C(snom_pbx) names the PBX that is asked who talks, and C(snom_account) the account of a phone there; see
    R(the guide,ansible_collections.telephony.snom.docsite.pbx), also for C(snom_collector).
  - C(snom_call_state) is what the PBX knows, V(idle), V(in_call) or V(unknown). It may be a template, which is
    evaluated each time it is needed.
  - A phone with C(snom_protected=true) is left alone, whatever the options say. Only naming its host in
    C(snom_protected_override) changes that.
  - After three phones of a site refused the same user name and password, they are not tried on its other phones,
    because each wrong one brings a phone closer to locking its web server. This holds for passwords that change in the
    middle of a rollout, too.
  - A refused password is never sent again in a run and in its resume. Each complete run tries once more, as somebody
    may have corrected it; whether it is still the same can't be known, because nothing is kept from which it could be
    guessed. With O(journal) a phone that refused in three runs in a row gets none, see O(retry_login), and who refused
    least often is tried first.
  - A call that begins while a phone fetches its image can be cut.
seealso:
  - module: telephony.snom.snom_rollout_result
  - module: telephony.snom.snom_firmware
"""

EXAMPLES = r"""
- name: Bring all phones to the firmware that the inventory states
  hosts: phones
  gather_facts: false
  tasks:
    - name: Roll out, one of each kind first
      telephony.snom.snom_rollout:
        mirror: http://images.example/fw
        journal: "{{ playbook_dir }}/rollout.journal"
        report_dir: "{{ playbook_dir }}/report"
      run_once: true
      register: rollout

    - name: Count each phone as ok, changed or failed
      telephony.snom.snom_rollout_result:
        rollout: rollout

- name: Roll out at night, carefully
  hosts: phones
  gather_facts: false
  tasks:
    - name: Roll out in the window of each site
      telephony.snom.snom_rollout:
        waves: [canary, 5, "25%", "100%"]
        soak: 600
        max_bad: "2%"
        window:
          berlin: "22:00-05:00 Europe/Berlin"
          default: ["12:00-13:00 UTC", "20:00-04:00 UTC"]
        site_bandwidth_mbit:
          lisbon: 10
          default: 100
        stop_file: /tmp/stop-rollout
        journal: /var/lib/rollout/journal
      run_once: true
      register: rollout

- name: Do what was approved, and nothing else
  hosts: phones
  gather_facts: false
  tasks:
    - name: Roll out the plan that a run in check mode wrote
      telephony.snom.snom_rollout:
        approved_plan: approved/report.json
        unknown_call_state: proceed
        journal: rollout.journal
      run_once: true
      register: rollout
"""

RETURN = r"""
run:
  description: Name of this run, as it stands in the journal.
  returned: success
  type: str
  sample: 3f2a9c51d07e
plan_id:
  description:
    - Hash of all that the plan would do. Equal plans have equal ones. Of each image it holds the URL, and the size and
      checksums that the catalogue states.
  returned: success
  type: str
  sample: 9d0e44b1c2a7
check_mode:
  description: Whether it only planned.
  returned: success
  type: bool
  sample: false
started:
  description: When it began, in seconds since the epoch.
  returned: success
  type: float
  sample: 1795413600.2
ended:
  description: When it ended, in seconds since the epoch.
  returned: success
  type: float
  sample: 1795417200.8
phones:
  description: How each phone ended, by the name of its host. What is not known, or did not happen, is null.
  returned: success
  type: dict
  contains:
    outcome:
      description:
        - How it ended, in one word.
        - V(compliant), V(planned), V(upgraded) and V(protected) are well.
        - V(deferred) and V(not_started) are as O(fail_on) says.
        - All others are failures. V(refused), V(wrong_phone), V(unreachable), V(certificate_rejected), V(auth_failed),
          V(locked_out), V(blocked), V(user_mode) and V(unsupported) mostly mean that the phone was not asked;
          V(image_failed), V(old_version), V(timed_out), V(not_registered) and V(reverted) that it was.
      returned: always
      type: str
      sample: upgraded
    reason:
      description: The same in sentences, with what can be done about it.
      returned: always
      type: str
      sample: Runs 10.1.54.13, read back from the phone.
    recap:
      description: V(ok), V(changed) or V(failed), for M(telephony.snom.snom_rollout_result).
      returned: always
      type: str
      sample: changed
    changed:
      description:
        - Whether something changed on it, as far as anybody knows, for M(telephony.snom.snom_rollout_result).
        - It is false where the phone was not asked, and where it was watched to the end, was never seen gone, and has
          its old version. Nobody knows what one did that is gone, or that is no longer the same phone; so it is true.
      returned: always
      type: bool
      sample: true
    before:
      description: Version that it showed at first.
      returned: always
      type: str
      sample: 10.1.39.11
    after:
      description: Version that it showed last.
      returned: always
      type: str
      sample: 10.1.54.13
    target:
      description: Version that the inventory wants.
      returned: always
      type: str
      sample: 10.1.54.13
    path:
      description: Versions that were loaded and read back, in their order. In check mode those to be loaded.
      returned: always
      type: list
      elements: str
      sample: [10.1.54.13]
    model:
      description: Model that it showed.
      returned: always
      type: str
      sample: D785
    mac:
      description: MAC address that it showed, or else that of the inventory.
      returned: always
      type: str
      sample: 000413922D24
    call_state:
      description: V(idle), V(in_call) or V(unknown) when the plan was made. Null where it could not be read.
      returned: always
      type: str
      sample: idle
    transport:
      description: Which way led to it, V(http) or V(sip).
      returned: always
      type: str
      sample: http
    site:
      description: Its C(snom_site).
      returned: always
      type: str
      sample: berlin
    group:
      description: Its C(snom_group).
      returned: always
      type: str
      sample: ward-3
    wave:
      description: Number of the wave in which it was upgraded, from 1. In check mode that in which it would be.
      returned: always
      type: int
      sample: 2
    started:
      description: When its turn began, in seconds since the epoch.
      returned: always
      type: float
      sample: 1795413577.3
    elapsed:
      description: Seconds from the begin of its turn to its end.
      returned: always
      type: float
      sample: 312.4
    deadline:
      description: When it counts as lost, in seconds since the epoch.
      returned: always
      type: float
      sample: 1795414577.3
    evidence:
      description:
        - What was seen, as in RV(telephony.snom.snom_firmware#module:evidence). Failures have their times, too.
        - Of a phone with C(snom_transport=sip) also what its mirror tells, by C(settings_fetched_at),
          C(firmware_file_fetched_at), C(image_fetched_at), C(images_fetched), C(started_at) and C(reminded_at).
        - C(resumed) is true for a phone that an interrupted run had asked for C(file) and C(target), and this one only
          watched.
      returned: always
      type: dict
      sample: {"seen_gone_at": 1795413670.7, "seen_back_at": 1795413967.9, "firmware_after": 10.1.54.13}
    notes:
      description: What the plan could not be sure of, in sentences.
      returned: always
      type: list
      elements: str
      sample: ["update_policy is auto_update: make sure that setting_server does not bring another version back."]
    snapshot:
      description:
        - What the upgrade changed besides the firmware. Null without O(snapshot), and for phones that don't run the
          wanted version after it.
        - Settings that only repeat the version of the firmware, and uptimes, are left out. Secrets are masked.
      returned: always
      type: dict
      contains:
        read:
          description: Whether the settings were read both before and after.
          returned: always
          type: bool
          sample: true
        reason:
          description: What could not be compared, and why.
          returned: always
          type: str
          sample: It shows no registrations to compare.
        settings:
          description:
            - "[before, after] by the name of the setting; null where it was not there."
            - The first 25. Changed ones come before those that are gone, and those before new ones.
          returned: always
          type: dict
          sample: {"language": ["Deutsch", "English"], "new_setting": [null, "on"]}
        more:
          description: How many more settings changed.
          returned: always
          type: int
          sample: 0
        registrations:
          description: "[before, after] by the number of the identity, where that changed; null for unknown."
          returned: always
          type: dict
          sample: {"2": [true, false]}
    unverified:
      description: Whether an image has to go through a chained-update image, which nobody has tried over HTTP.
      returned: always
      type: bool
      sample: false
summary:
  description: How many phones have each outcome.
  returned: success
  type: dict
  sample: {"upgraded": 118, "compliant": 40, "deferred": 2}
waves:
  description: The waves that were run, retries among them. Empty in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    number:
      description: Its number, from 1.
      returned: always
      type: int
      sample: 1
    label:
      description: As it stands in O(waves), or V(retry).
      returned: always
      type: str
      sample: canary
    phones:
      description: How many phones it had.
      returned: always
      type: int
      sample: 6
    started:
      description: When it began, in seconds since the epoch.
      returned: always
      type: float
      sample: 1795413612.5
    ended:
      description: When it ended, in seconds since the epoch.
      returned: always
      type: float
      sample: 1795414022.1
    summary:
      description: How many of its phones have each outcome now.
      returned: always
      type: dict
      sample: {"upgraded": 6}
stopped_by:
  description: Why it stopped early. Null if it did not.
  returned: success
  type: str
  sample: 1 bad phones, max_bad is 0; the last one is desk-17 (on another version).
do_not_power_off:
  description:
    - Phones whose end nobody saw. They may still be loading or writing their flash, and cutting their power can break
      them. Those of an earlier run are among them, until their time has passed.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      returned: always
      type: str
      sample: desk-17
    until:
      description: Until when at least, in seconds since the epoch. If that has passed, nobody has seen it since.
      returned: always
      type: float
      sample: 1795415494.1
    reason:
      description: Why.
      returned: always
      type: str
      sample: "It is gone and not back by the deadline. It may still be writing its flash: do not power it off."
still_shown:
  description:
    - Phones with C(snom_transport=sip) whose mirror may still show them their image, because it could not be told to
      withdraw it. Its own timer does that at the time given here.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      returned: always
      type: str
      sample: desk-17
    until:
      description: Until when, in seconds since the epoch.
      returned: always
      type: float
      sample: 1795415494.1
resume:
  description: Command that goes on where this run stopped. Null if all phones had their turn.
  returned: success
  type: str
  sample: ansible-playbook -i inventory.yml telephony.snom.rollout -e snom_hosts=phones
options:
  description: The options that this run had.
  returned: success
  type: dict
  sample: {"max_bad": 0, "max_in_flight": 10}
report:
  description:
    - Paths of the report. Null without O(report_dir), and where it could not be written at the end, which RV(closing)
      explains.
  returned: success
  type: dict
  contains:
    json:
      description: All of this result.
      returned: always
      type: str
      sample: /srv/rollout/report/report.json
    csv:
      description: A line for each phone.
      returned: always
      type: str
      sample: /srv/rollout/report/report.csv
    junit:
      description: A test case for each phone. It is a failure where the phone's host fails.
      returned: always
      type: str
      sample: /srv/rollout/report/report.junit.xml
    html:
      description: One page to look at, which needs no other file.
      returned: always
      type: str
      sample: /srv/rollout/report/report.html
closing:
  description:
    - What the run ended with, in lines to show to people. They say how many phones ended how, what stopped it, what
      must not be powered off, which hosts are not well and what is to be done, at most 20 for each outcome, and how to
      go on.
    - In check mode a table of the phones that would be upgraded or are not well, at most 100, and why phones could not
      be read.
  returned: success
  type: list
  elements: str
  sample:
    - "Ended: 118 upgraded, 40 compliant, 2 deferred"
    - "deferred, 2 phones: desk-7, desk-9"
    - "    Run again when its calls have ended, or in its next window: its reason says which."
"""
