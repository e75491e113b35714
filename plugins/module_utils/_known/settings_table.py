# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings that public sources mention, one a line, sorted. `known_settings` reads it.

Columns: name; number; kind; attributes; values; firmware; seen; sources.

number: nothing for a plain setting, ``i`` for one that has a number, ``b`` for one that is seen in both forms, and
behind it the number of the first, where a source says it. kind: nothing for a setting, ``secret``, ``state`` that users
change at the phone, ``fact`` that the phone tells of itself, ``way`` to the provisioning server. values: what it takes,
where that is known, with a ``*`` behind the default. firmware: since which there is such a setting. seen: what two real
phones had, a 720 with 8.7.3.17 and a PA1+.

Sources: D720 and DPA1 are the dumps of these two phones (protocol 5). FPBX FusionPBX, FSPBX FS PBX, TANC tancredi, WPRV
wazo, PROV Provisioner, TINE tine20, XGAL XiVO, ELX Elastix, SPBX ServusPBX, GS Gemeinschaft are public templates that
people run phones with; wiki is Snom's. An index without a first number, and a name that one template alone has, may be
wrong.
"""

# A data file would not travel to a jump host, where snom_settings needs it.
ROWS = """\
accept_event_talk_without_sdp|i|||on off||off|DPA1 FPBX
acd_unavailable_req|i|||on off||on|DPA1 FPBX
ack_before_reinvite_when_holding|i1|||on off||off|D720 DPA1 FPBX
ack_repetition_idle_time|i1||||||D720 DPA1 FPBX
action_attended_transfer|||||||D720 DPA1 FPBX
action_blind_transfer|||||||D720 DPA1 FPBX
action_connected_url|||||||D720 DPA1 FPBX PROV
action_disconnected_url|||||||D720 DPA1 FPBX PROV
action_dnd_off_url|||||||D720 DPA1 FPBX PROV
action_dnd_on_url|||||||D720 DPA1 FPBX PROV
action_firewall_test|||||||D720 DPA1 FPBX
action_hold|||||||D720 DPA1 FPBX
action_incoming_url|||||||D720 DPA1 FPBX PROV
action_log_off_url|||||||D720 DPA1 FPBX
action_log_on_url|||||||D720 DPA1 FPBX
action_longpress_url|||||||DPA1 FPBX
action_missed_url|||||||D720 DPA1 FPBX PROV
action_offhook_url|||||||D720 DPA1 FPBX PROV
action_onhook_url|||||||D720 DPA1 FPBX PROV
action_outgoing_url|||||||D720 DPA1 FPBX PROV
action_received_attended_transfer|||||||D720 DPA1 FPBX
action_received_subscr_notify_url|||||||D720 DPA1 FPBX PROV
action_redirection_off_url|||||||D720 DPA1 FPBX PROV
action_redirection_on_url|||||||D720 DPA1 FPBX PROV
action_reg_failed|||||||D720 DPA1 FPBX
action_setup_url|||||||D720 DPA1 ELX FPBX PROV
action_transfer|||||||D720 DPA1 FPBX
action_unhold|||||||D720 DPA1 FPBX
action_vision_url|||||||D720
active_line||state||||1|D720 DPA1 FPBX
admin_mode||||on off||on|D720 DPA1 FPBX FSPBX PROV WPRV XGAL
admin_mode_login|||||||D720 DPA1 FPBX PROV
admin_mode_password||secret|||||D720 DPA1 FPBX FSPBX PROV TANC WPRV XGAL
admin_mode_password_confirm||secret|||||D720 DPA1 FPBX FSPBX PROV TANC
admin_mode_upon_http_login||||on off||off|DPA1 FPBX
advertisement||||on off||off on|D720 DPA1 FPBX PROV
advertisement_url|||||||D720 DPA1 FPBX PROV
alert_external_ring_sound|||||||D720 DPA1 FPBX FSPBX PROV
alert_external_ring_text|||||||D720 DPA1 FPBX FSPBX PROV
alert_group_ring_sound|||||||D720 DPA1 FPBX FSPBX PROV
alert_group_ring_text|||||||D720 DPA1 FPBX FSPBX PROV
alert_info_playback||||on off||on|D720 DPA1 FPBX
alert_internal_ring_sound|||||||D720 DPA1 FPBX FSPBX PROV
alert_internal_ring_text|||||||D720 DPA1 FPBX FSPBX PROV
allow_check_sync|||||||ELX
allow_mismatched_sdp_answers|i|||on off||off|DPA1 FPBX
allow_rtp_on_mute||||on off||off|D720 DPA1 FPBX
allow_sip_settings||||on off*|8.7.3|off|D720 DPA1 FPBX
allow_sip_xml_action||||on off|8.7.4.7|off|DPA1 FPBX
allow_wizard_abort||||on off||on|DPA1 FPBX
always_delegate_forward||||on off||off|D720 DPA1 FPBX
always_show_active_call||||on off||off on|D720 DPA1 FPBX WPRV
answer_after_policy||||on off||off|D720 DPA1 FPBX FSPBX PROV WPRV
aoc_amount_display||||on off||off|D720 DPA1 FPBX PROV
aoc_cost_pulse||||||1|D720 DPA1 FPBX
aoc_pulse_currency|||||||D720 DPA1 FPBX
area_code|||||||D720 DPA1 FPBX
asset_id|||||||ELX
attended_transfer_on_ringing||||on off||off on|D720 DPA1 FPBX
audio_device_indicator||||on off||on|D720 DPA1 FPBX
auth_tmp_pass|i1|secret|||||D720 DPA1 FPBX
auth_tmp_realm|i1||||||D720 DPA1 FPBX
auto_connect_indication||||on off||on|D720 DPA1 FPBX PROV
auto_connect_indication_tone|||||||D720 DPA1 FPBX
auto_connect_type|||||||GS
auto_dial||||on off||off|D720 DPA1 FPBX PROV TANC
auto_logoff_time|||||||D720 DPA1 FPBX
auto_reboot_on_setting_change||||on off||off|D720 DPA1 FPBX FSPBX WPRV
auto_redial||||on off||off|D720 DPA1 FPBX TANC
auto_redial_value||||||10|D720 DPA1 FPBX
away_timeout|||||||D720 DPA1 FPBX
background_color|||||||SPBX
backlight|||||||FPBX FSPBX PROV TANC
backlight_idle||||||8|D720 DPA1 FPBX FSPBX PROV TANC
base_name|||||||ELX
blf_directed_call_pickup|i1||||||DPA1 FPBX TANC
blf_park_pick_up|i1||||||DPA1 FPBX TANC
blink_very_fast||||on off||off|D720 DPA1 FPBX
block_url_dialing||||||off pui|D720 DPA1 FPBX PROV
branding_name|||||||SPBX
cache_contact_details|i1|||on off||on|D720 DPA1 FPBX
cache_sip_authorization|i|||on off||on|DPA1 FPBX
call_center_call_info|i|||on off||off|DPA1 FPBX
call_center_status|i|||on off||off|DPA1 FPBX
call_completion||||on off||off|D720 DPA1 FPBX WPRV XGAL
call_join_xfer||||on off||off on|D720 DPA1 FPBX PROV
call_logs|i|||||local|DPA1 FPBX
call_screen_fkeys_on_connected|||||||D720 DPA1 FPBX FSPBX
call_screen_fkeys_on_holding|||||||D720 DPA1 FPBX FSPBX
call_screen_fkeys_on_incoming|||||||D720 DPA1 FPBX
call_screen_fkeys_on_outgoing|||||||D720 DPA1 FPBX
call_states_when_knocking|||||||D720 DPA1 FPBX
call_states_with_local_party|||||||D720 DPA1 FPBX
call_waiting|b1|||on off||off on|D720 DPA1 FPBX PROV TANC WPRV
callback_on_busy||||on off||off|DPA1 FPBX
calling_title||||||lang_calling|D720 DPA1 FPBX
callpark_notify|i|||on off||off|DPA1 FPBX
callpark_park_fac|i||||||DPA1 FPBX
callpickup_dialoginfo|||||||GS SPBX
callrecord_deflected_costs|i0|fact|||||DPA1 FPBX
callrecord_deflected_displayname|i0|fact|||||DPA1 FPBX
callrecord_deflected_local|i0|fact|||||DPA1 FPBX
callrecord_deflected_period|i0|fact|||||DPA1 FPBX
callrecord_deflected_remote|i0|fact|||||DPA1 FPBX
callrecord_dialed_costs|i0|fact|||||DPA1 FPBX
callrecord_dialed_displayname|i0|fact|||||DPA1 FPBX
callrecord_dialed_local|i0|fact|||||DPA1 FPBX
callrecord_dialed_on_behalf_of|i0|fact|||||FPBX
callrecord_dialed_period|i0|fact|||||DPA1 FPBX
callrecord_dialed_remote|i0|fact|||||DPA1 FPBX
callrecord_dialed_spec_routing|i0|fact|||||FPBX
callrecord_missed_costs|i0|fact|||||DPA1 FPBX
callrecord_missed_displayname|i0|fact|||||DPA1 FPBX
callrecord_missed_local|i0|fact|||||DPA1 FPBX
callrecord_missed_on_behalf_of|i0|fact|||||FPBX
callrecord_missed_period|i0|fact|||||DPA1 FPBX
callrecord_missed_remote|i0|fact|||||DPA1 FPBX
callrecord_missed_spec_routing|i0|fact|||||FPBX
callrecord_received_costs|i0|fact|||||DPA1 FPBX
callrecord_received_displayname|i0|fact|||||DPA1 FPBX
callrecord_received_local|i0|fact|||||DPA1 FPBX
callrecord_received_on_behalf_of|i0|fact|||||FPBX
callrecord_received_period|i0|fact|||||DPA1 FPBX
callrecord_received_remote|i0|fact|||||DPA1 FPBX
callrecord_received_spec_routing|i0|fact|||||FPBX
callrecord_rejected_costs|i0|fact|||||DPA1 FPBX
callrecord_rejected_displayname|i0|fact|||||DPA1 FPBX
callrecord_rejected_local|i0|fact|||||DPA1 FPBX
callrecord_rejected_period|i0|fact|||||DPA1 FPBX
callrecord_rejected_remote|i0|fact|||||DPA1 FPBX
cancel_conference||||on off||on|D720 DPA1 FPBX
cancel_desktop||||on off||off|D720 DPA1 FPBX PROV
cancel_missed||||on off||on|D720 DPA1 FPBX
cancel_on_hold||||on off||off|D720 DPA1 FPBX
cc_token|i1|secret|||||D720 DPA1 FPBX
cert_provisioning_service||way|||||D720 DPA1 FPBX
challenge_checksync||||on off||off|D720 DPA1 FPBX
challenge_reboot||||on off||off|D720 DPA1 FPBX PROV
challenge_response||||on off||on|D720 DPA1 FPBX PROV WPRV XGAL
chars_in_lower_case|i0||||||D720 DPA1 FPBX
chars_in_upper_case|i0||||||D720 DPA1 FPBX
check_fqdn_against_server_cert||||on off||off|DPA1 FPBX
checksync_action||||reboot factory-reset reregister sync delete-contacts|10.1.180||wiki
cmc_feature|||||||ELX GS
codec1_name|i1||||||FPBX PROV
codec2_name|i1||||||FPBX PROV
codec3_name|i1||||||FPBX PROV
codec4_name|i||||||PROV
codec5_name|i||||||PROV
codec6_name|i||||||PROV
codec7_name|i||||||PROV
codec_priority_list|b1||||||D720 DPA1 FPBX FSPBX PROV TANC WPRV
codec_size|i1|||||20|D720 DPA1 FPBX PROV
codec_tos||||||160|D720 DPA1 FPBX PROV WPRV
colleagues_ring_sound|||||||D720 DPA1 FPBX FSPBX
conf_hangup|b|||on off||off|D720 DPA1 FPBX
conferencing|i1||||||D720 DPA1 FPBX
connected_title||||||lang_connected|D720 DPA1 FPBX
contact_source_priority|||||||DPA1 FPBX
contact_source_sip_priority|i1||||||SPBX
contactquery_start_length||||||3|D720 DPA1 FPBX
context_key|i0||||||WPRV
context_key_label|i0||||||protocol-5.1
context_key_text|||||||SPBX
contrast||||||24 8|D720 DPA1 FPBX PROV
country_code|||||||D720 DPA1 FPBX
csta_challenge||||0 1 2||0|DPA1 FPBX
csta_control||||on off|8.7.3|on|D720 DPA1 FPBX
csta_legacy_control||||||2 4|D720 DPA1 FPBX
cursor_color|||||||SPBX
custom_bg_image_url|||||||FPBX FSPBX TANC
custom_ca_cert_url|||||||SPBX
custom_melody_url|||||||D720 DPA1 FPBX
cw_dialtone||||on off||on|D720 DPA1 FPBX FSPBX PROV WPRV
d7_state_format|||||||WPRV
data_submission_allowed||||||ask|D720 DPA1 FPBX
date_us_format||||on off||off on|D720 DPA1 FPBX PROV TANC WPRV
deny_all_feature|||||||GS
dfks|b|||on off||off|D720 DPA1 FPBX
dhcp||||on off||on|DPA1 ELX FPBX FSPBX PROV TANC
dhcp_options_on_inform|||||||D720 DPA1 FPBX TANC
dhcp_options_on_ip_aquire|||||||D720 DPA1 FPBX TANC
dhcp_v6|||||||TANC
dial_from_wui||||on off||on|DPA1 FPBX
dialnumber_us_format||||on off||on|D720 DPA1 FPBX FSPBX WPRV
dialplan_count_failed_match_groups||||on off||off|D720 DPA1 FPBX
dim_timer|||||||D720 DPA1 FPBX FSPBX TANC
directory_display_order|||||||FSPBX
directory_search_config|i||||||DPA1 FPBX
dirty_host_ttl|||||||D720 DPA1 FPBX
disable_blind_transfer||||on off||off|D720 DPA1 FPBX
disable_deflection||||on off||off|D720 DPA1 FPBX
disable_fav_menu|||||||FSPBX
disable_redirection_menu|||||||GS
disable_speaker||||on off||off|D720 DPA1 FPBX
disable_storing_changes||||on off||off|D720 DPA1 FPBX
disconnect_on_onhook||||on off||on|D720 DPA1 FPBX
disconnected_title||||||lang_terminated_finished|D720 DPA1 FPBX
disconnected_url_on_reject||||on off||off|D720 DPA1 FPBX
display_method||||||display_name display_name_number|D720 DPA1 FPBX FSPBX PROV WPRV XGAL
dkey_conf|||||||PROV
dkey_directory|||||||D720 PROV TANC WPRV XGAL
dkey_dnd|||||||D720 PROV TANC
dkey_fkey1|||||||D720
dkey_fkey2|||||||D720
dkey_fkey3|||||||D720
dkey_fkey4|||||||D720
dkey_help|||||||PROV
dkey_hold|||||||D720 PROV TANC
dkey_menu|||||||D720 PROV TANC
dkey_record|||||||PROV
dkey_redial|||||||PROV
dkey_retrieve|||||||D720 PROV TANC
dkey_snom|||||||PROV
dkey_touch_idle_adr_book|||||||PROV
dkey_touch_idle_clock|||||||PROV
dkey_touch_idle_dialog|||||||PROV
dkey_touch_idle_dir_search|||||||PROV
dkey_touch_idle_dnd|||||||PROV
dkey_touch_idle_favorites|||||||PROV
dkey_touch_idle_list_missed|||||||PROV
dkey_touch_idle_list_pkeys|||||||PROV
dkey_touch_idle_list_taken|||||||PROV
dkey_touch_idle_menu|||||||PROV
dkey_touch_idle_redial|||||||PROV
dkey_touch_idle_redirect|||||||PROV
dkey_touch_idle_regs|||||||PROV
dkey_touch_idle_status|||||||PROV
dkey_touch_idle_support|||||||PROV
dkey_transfer|||||||D720 PROV TANC
dnd_mode|i1|state||on off||off|D720 DPA1 FPBX FSPBX TANC
dnd_off_code|b1||||||D720 DPA1 FPBX PROV TANC
dnd_on_code|b1||||||D720 DPA1 FPBX PROV TANC
dns_a_queries_only||||on off||off|D720 DPA1 FPBX
dns_cache_clear_timeout|||||||D720 DPA1 FPBX
dns_domain|||||||DPA1 FPBX
dns_fallback_time|||||||D720 DPA1 FPBX
dns_server1|||||||DPA1 ELX FPBX
dns_server2|||||||DPA1 ELX FPBX
dns_update_ip||||on off||off|DPA1 FPBX
documentation_link|||||||D720 DPA1 FPBX
dst|||||||D720 DPA1 FPBX FSPBX PROV XGAL
dst_offset|||||||ELX
dst_start_day|||||||ELX
dst_start_day_of_week|||||||ELX
dst_start_month|||||||ELX
dst_start_time|||||||ELX
dst_start_week_of_month|||||||ELX
dst_stop_day|||||||ELX
dst_stop_day_of_week|||||||ELX
dst_stop_month|||||||ELX
dst_stop_time|||||||ELX
dst_stop_week_of_month|||||||ELX
dtmf_handset_phone||||on off||on|DPA1 FPBX
dtmf_micro_delay||||||0|D720 DPA1 FPBX
dtmf_payload_type|||||||GS
dtmf_speaker_phone||||on off||on|D720 DPA1 FPBX TANC
dtmf_volume||||||8|D720 DPA1 FPBX
dual_audio_handsfree|||||||GS
e911_lis_chassis_id|||||||FSPBX
e911_lis_port_id|||||||FSPBX
edit_alpha_mode||||on off||false off|D720 DPA1 FPBX PROV
edit_mode_for_passwords|||||||DPA1 FPBX
emergency_accepted_callkeys|||||||D720 DPA1 FPBX
emergency_numbers|||||||ELX
emergency_proxy|||||||D720 DPA1 ELX FPBX
empty_tls_client_cert||||on off||off|D720 DPA1 FPBX
enable_backlight_dimming|||||||SPBX
enable_e164_substitution||||on off||on|D720 DPA1 FPBX
enable_keyboard_lock|||||||D720 DPA1 FPBX
enable_rport_rfc3581||||on off||on|D720 DPA1 FPBX FSPBX
enable_timer_support|||||||GS
encode_display_name|||||||D720
encrypt_secrets||||on off||on|DPA1 FPBX
enter_number_title||||||lang_enter_number|D720 DPA1 FPBX
enum_suffix|||||||D720 DPA1 FPBX
eth_net||||||auto|D720 DPA1 FPBX
eth_pc||||||auto|D720 DPA1 FPBX TANC
ethernet_detect||||on off||on|D720 DPA1 FPBX
ethernet_replug||||||reregister|D720 DPA1 ELX FPBX
exchange_refresh_in_secs||||||60|DPA1 FPBX
executive_associated_call_screen_fkeys_on_connected|||||||SPBX
executive_associated_call_screen_fkeys_on_holding|||||||SPBX
expansion_module_background_color|||||||SPBX
expansion_module_background_image|||||||FPBX FSPBX
expansion_module_maintext_color|||||||SPBX
expansion_module_pressed_background_color|||||||SPBX
expansion_module_separator_color|||||||SPBX
extension_monitoring_group|i1||||||D720 DPA1 FPBX
extratext2_color|||||||SPBX
extratext_color|||||||SPBX
family_ring_sound|||||||D720 DPA1 FPBX
filter_registrar||||on off||on|D720 DPA1 FPBX PROV WPRV XGAL
firmware||way|||||D720 DPA1 FPBX FSPBX PROV TANC WPRV XGAL
firmware_interval|||||||D720 DPA1 FPBX TINE
firmware_status||way|||||D720 DPA1 FPBX PROV TANC XGAL
firmware_uxm||way|||8.9.3.68||FPBX FSPBX
firmware_version||fact|||||D720 FSPBX
fkey|i0||context label short_label lp clp default_text short_default_text label_mode short_label_mode \
icon_type reg_label_mode ringer park_retrieve||||wiki protocol-5.1
fkey_background_color|||||||SPBX
fkey_context|i0||||||GS
fkey_delay_timeout|||||||D720 DPA1 FPBX
fkey_icon_type|i0||||||WPRV
fkey_label|i0||||||protocol-5.1
fkey_label_color|||||||SPBX
fkey_line_auto_assign_num_of_keys|i||||||DPA1 FPBX
fkey_longpress|i0||||||SPBX
fkey_more_auto_assign_enable|||||||SPBX
fkey_next_page_dynamic|||||||SPBX
fkey_pressed_background_color|||||||SPBX
fkey_pressed_label_color|||||||SPBX
fkey_separator_color|||||||SPBX
fkey_short_label|i0||||||protocol-5.1
fkeys_on_dialing|||||||DPA1 FPBX
flood_tracing||||on off||on|D720 DPA1 FPBX
friends_ring_sound|||||||D720 DPA1 FPBX
fwd_all_enabled|i1|state||on off||off|DPA1 FPBX TANC
fwd_all_off_code|i1||||||DPA1 FPBX TANC
fwd_all_on_code|i1||||||DPA1 FPBX TANC
fwd_all_target|i1|state|||||DPA1 FPBX TANC
fwd_busy_enabled|i1|state||on off||off|DPA1 FPBX TANC
fwd_busy_off_code|i1||||||DPA1 FPBX TANC
fwd_busy_on_code|i1||||||DPA1 FPBX TANC
fwd_busy_target|i1|state|||||DPA1 FPBX TANC
fwd_time_enabled|i1|state|||||DPA1 FPBX TANC
fwd_time_off_code|i1||||||DPA1 FPBX TANC
fwd_time_on_code|i1||||||DPA1 FPBX TANC
fwd_time_secs|i1|state|||||DPA1 FPBX TANC
fwd_time_target|i1|state|||||DPA1 FPBX TANC
garbage_timeout|||||||D720 DPA1 FPBX
gateway|||||||DPA1 ELX FPBX
gateway_vlan|||||||D720 DPA1 FPBX
general_purpose_xml_descriptions|i0||||||D720 DPA1 FPBX FSPBX
global_missed_counter||||on off||on|D720 DPA1 FPBX FSPBX
gmt_offset|||||||ELX
goto_monitor_state_on_line_activity||||on off||off|D720 DPA1 FPBX
goto_virtual_key_state_on_activity|||||||SPBX
goto_virtual_keys_state_on_activity|||||||GS
guess_number||||on off||off|D720 DPA1 FPBX TANC
guess_start_length||||||4|D720 DPA1 FPBX FSPBX
gui_fkey1|||||||D720 PROV TANC WPRV
gui_fkey2|||||||D720 PROV TANC
gui_fkey3|||||||D720 PROV TANC
gui_fkey4|||||||D720 PROV TANC WPRV
gui_fkey_font_size|||||||SPBX
handsfree_mode|||||||FPBX
headset_active||||on off||on|DPA1 FPBX
headset_available_detect|||||||SPBX
headset_cmd_pause||||||700|D720 DPA1 FPBX
headset_device||||||headset_rj|D720 FPBX PROV
headset_rings_once||||on off||off|D720 DPA1 FPBX
held_by_title||||||lang_held_by|D720 DPA1 FPBX
help_page|||||||DPA1 FPBX
hide_identity|i1|||on off||false off|D720 DPA1 FPBX PROV WPRV
high_mic_gain||||on off||off|DPA1 FPBX
holding_reminder||||on off||on|D720 DPA1 FPBX
host_name_validation_flags|||||||DPA1 FPBX
hoteling|i|||on off||off|DPA1 FPBX
hoteling_lockpin|i|secret|||||DPA1 FPBX
http_client_hash||secret|||||D720 DPA1 FPBX
http_client_pass||secret|||||D720 DPA1 FPBX FSPBX
http_client_save_credentials||||on off||on|D720 DPA1 FPBX
http_client_user|||||||D720 DPA1 FPBX FSPBX
http_pass||secret|||||D720 DPA1 FPBX FSPBX PROV TANC WPRV XGAL
http_port||||||80|DPA1 FPBX
http_proxy|||||||DPA1 FPBX
http_proxy_hash||secret|||||D720 DPA1 FPBX
http_proxy_pass||secret|||||D720 DPA1 FPBX
http_proxy_save_credentials||||on off||on|D720 DPA1 FPBX
http_proxy_user|||||||D720 DPA1 FPBX
http_scheme||||on off||off|DPA1 FPBX PROV TANC
http_user|||||||D720 DPA1 FPBX FSPBX PROV TANC WPRV XGAL
http_user_agent_string|||||||DPA1 FPBX
https_port||||||443|DPA1 FPBX PROV
ice_diagnostics||||||0|D720 DPA1 FPBX
icon_color|||||||SPBX
icon_fg_color|||||||SPBX
idle_cancel_key_action|||||||D720 DPA1 FPBX TANC
idle_down_key_action|||||||D720 DPA1 FPBX TANC
idle_icon_01|||||||GS
idle_icon_02|||||||GS
idle_icon_03|||||||GS
idle_icon_04|||||||GS
idle_icon_05|||||||GS
idle_icon_06|||||||GS
idle_icon_07|||||||GS
idle_icon_08|||||||GS
idle_icon_09|||||||GS
idle_icon_10|||||||GS
idle_icon_11|||||||GS
idle_icon_12|||||||GS
idle_icon_13|||||||GS
idle_icon_14|||||||GS
idle_icon_15|||||||GS
idle_left_key_action|||||||D720 DPA1 FPBX TANC
idle_offhook||||on off||off|D720 DPA1 FPBX
idle_ok_key_action|||||||D720 DPA1 FPBX TANC
idle_right_key_action|||||||D720 DPA1 FPBX TANC
idle_status_btn_index||||||1 4|D720 DPA1 FPBX TANC
idle_up_key_action|||||||D720 DPA1 FPBX TANC
ieee8021x_eap_auth_method||||on off||off|DPA1 FPBX
ieee8021x_eap_logoff||||on off||on|DPA1 FPBX
ieee8021x_eap_md5_password||secret|||||D720 DPA1 FPBX
ieee8021x_eap_md5_username|||||||D720 DPA1 FPBX
ignore_asserted_in_gui||||on off||off|D720 DPA1 FPBX
ignore_dhcp_findings|||||||D720 DPA1 FPBX
ignore_missed_calls_on_busy||||on off||off|D720 DPA1 FPBX
ignore_security_warning||||on off||off on|D720 DPA1 FPBX
inactive_stream_alert_info_text|i||||||DPA1 FPBX
inactive_timeout|||||||D720 DPA1 FPBX
include_listeners_in_register|i|||on off||off|DPA1 FPBX
initial_rtp_keep_alives|i||||||DPA1 FPBX
intercom_connect_type|||||||D720 DPA1 FPBX PROV
intercom_enabled|||||||PROV
internal_ringer_file|i0||||||D720 DPA1 FPBX TANC
internal_ringer_text|i0||||||D720 DPA1 FPBX TANC
ip_adr|||||||DPA1 ELX FPBX
ip_adr_vlan|||||||D720 DPA1 FPBX
ip_call_identity|||||||DPA1 FPBX
ip_frag_enable||||on off||off on|D720 DPA1 FPBX
ipv4_conflict_detection||||||detect_defend|D720 DPA1 FPBX
is_voice_identity|i1|||on off||on|D720 DPA1 FPBX
keepalive_interval|i1||||||D720 DPA1 FPBX FSPBX
key_0_remapped|||||||D720 DPA1 FPBX
key_1_remapped|||||||D720 DPA1 FPBX
key_2_remapped|||||||D720 DPA1 FPBX
key_3_remapped|||||||D720 DPA1 FPBX
key_4_remapped|||||||D720 DPA1 FPBX
key_5_remapped|||||||D720 DPA1 FPBX
key_6_remapped|||||||D720 DPA1 FPBX
key_7_remapped|||||||D720 DPA1 FPBX
key_8_remapped|||||||D720 DPA1 FPBX
key_9_remapped|||||||D720 DPA1 FPBX
key_cancel_remapped|||||||D720 DPA1 FPBX
key_conference_remapped|||||||D720 DPA1 FPBX
key_directory_remapped|||||||D720 DPA1 FPBX
key_dnd_remapped|||||||D720 DPA1 FPBX
key_down_remapped|||||||D720 DPA1 FPBX
key_enter_remapped|||||||D720 DPA1 FPBX
key_f1_remapped|||||||D720 DPA1 FPBX
key_f2_remapped|||||||D720 DPA1 FPBX
key_f3_remapped|||||||D720 DPA1 FPBX
key_f4_remapped|||||||D720 DPA1 FPBX
key_f5_remapped|||||||D720 DPA1 FPBX
key_hash_remapped|||||||D720 DPA1 FPBX
key_headset_remapped|||||||D720 DPA1 FPBX
key_help_remapped|||||||D720 DPA1 FPBX
key_hold_remapped|||||||D720 DPA1 FPBX
key_left_remapped|||||||D720 DPA1 FPBX
key_menu_remapped|||||||D720 DPA1 FPBX
key_mute_remapped|||||||D720 DPA1 FPBX
key_record_remapped|||||||D720 DPA1 FPBX
key_redial_remapped|||||||D720 DPA1 FPBX
key_retrieve_remapped|||||||D720 DPA1 FPBX
key_right_remapped|||||||D720 DPA1 FPBX
key_settings_remapped|||||||D720 DPA1 FPBX
key_snom_remapped|||||||D720 DPA1 FPBX
key_speaker_remapped|||||||D720 DPA1 FPBX
key_star_remapped|||||||D720 DPA1 FPBX
key_transfer_remapped|||||||D720 DPA1 FPBX
key_up_remapped|||||||D720 DPA1 FPBX
key_vol_down_remapped|||||||D720 DPA1 FPBX
key_vol_up_remapped|||||||D720 DPA1 FPBX
keyboard_event_time_limit|||||||D720 DPA1 FPBX
keyboard_lock||state|||||D720 DPA1 FPBX
keyboard_lock_accepted_keys|||||||D720 DPA1 FPBX
keyboard_lock_emergency|||||||D720 DPA1 FPBX FSPBX PROV TANC
keyboard_lock_pw||secret|||||D720 DPA1 FPBX
keyboard_lock_timeout|||||||D720 DPA1 FPBX
keytones|||||||PROV
label_contrast|||||||SPBX
label_scroll_timeout|||||||SPBX
language|||||||D720 DPA1 ELX FPBX FSPBX PROV TANC TINE WPRV XGAL
lastexit||fact||||0|D720 DPA1 FPBX
lastkey||fact|||||D720 DPA1 FPBX
lastmethod||fact||||0|D720 DPA1 FPBX
lastsignal||fact||||0|D720 DPA1 FPBX
laststate||fact||||0|D720 DPA1 FPBX
lcs_core_dump||||on off||off|D720 DPA1 FPBX
lcserver1|||||||DPA1 FPBX
ldap_answer_timeout|||||||DPA1 FPBX
ldap_base|||||||D720 DPA1 FPBX TANC
ldap_display_name|||||||D720 DPA1 FPBX TANC
ldap_max_hits||||||50|D720 DPA1 FPBX
ldap_name_attributes|||||||D720 DPA1 FPBX TANC
ldap_number_attributes|||||||D720 DPA1 FPBX TANC
ldap_number_filter|||||||D720 DPA1 FPBX TANC
ldap_over_tls||||on off||off|DPA1 FPBX TANC
ldap_password||secret|||||D720 DPA1 FPBX TANC
ldap_port|||||||D720 DPA1 FPBX TANC
ldap_predict_text||||on off||off|D720 DPA1 FPBX
ldap_queue_requests||||on off||on|DPA1 FPBX
ldap_search_filter|||||||D720 DPA1 FPBX TANC
ldap_server|||||||D720 DPA1 FPBX TANC
ldap_sort_results||||on off||off|D720 DPA1 FPBX
ldap_username|||||||D720 DPA1 FPBX TANC
led_blink_fast|||||||D720 DPA1 FPBX
led_blink_medium|||||||D720 DPA1 FPBX
led_blink_short_off|||||||GS
led_blink_slow|||||||D720 DPA1 FPBX
led_blue|||||||D720 DPA1 FPBX
led_call_indicator_usage|||||||D720 WPRV
led_green|||||||D720 DPA1 FPBX
led_green_orange|||||||D720 DPA1 FPBX
led_message_usage|||||||D720 DPA1 FPBX PROV
led_on|||||||D720 DPA1 FPBX
led_orange|||||||D720 DPA1 FPBX
led_red|||||||D720 DPA1 FPBX
led_red_green|||||||D720 DPA1 FPBX
led_red_orange|||||||D720 DPA1 FPBX
leftnav_hidden_admin|||||||D720 DPA1 FPBX
leftnav_hidden_user|||||||D720
legacy_digest_auth_behavior||||on off||off|DPA1 FPBX
lid_core_dump||||on off||off|D720 DPA1 FPBX
line_background_color|||||||SPBX
line_separator_color|||||||SPBX
lldp_asset_id|||||||D720 DPA1 FPBX
lldp_enable|||||||TANC
lldp_reboot_timeout|||||||DPA1 FPBX
locale|||||||TANC WPRV
location_template|||||||D720 DPA1 FPBX
log|i1||||||ELX
log_early_to_flash||||on off||off|DPA1 FPBX
log_level||||||5 9|D720 DPA1 FPBX PROV
log_level_type_module||||on off||off|DPA1 FPBX
logoff_all_no_confirm||||on off||off|D720 DPA1 FPBX
logon_wizard||||on off||off on|D720 DPA1 FPBX PROV
long_cancel_is_blocking_caller||||on off||on|DPA1 FPBX
mac||fact|||||wiki
mac_info_in_sip_register|i||||||DPA1 FPBX WPRV
mailbox_active||||on off||off on|D720 DPA1 FPBX XGAL
main_network_device||fact|||||DPA1 FPBX
max_boot_delay||||||0|D720 DPA1 FPBX
max_cookies||||||50|D720 DPA1 FPBX
max_dialed_calls||||||30|DPA1 FPBX
max_forwards||||||70|D720 DPA1 FPBX PROV
max_missed_calls||||||100|DPA1 FPBX
max_parked_calls||||||30|DPA1 FPBX
max_pin_retry|||||||D720 DPA1 FPBX
max_received_calls||||||30|DPA1 FPBX
mb_trusted_hosts|||||||D720 DPA1 FPBX FSPBX
mc_address|i1||||||D720 DPA1 FPBX
message_led_other|||||||PROV
min_pin_length|||||||D720 DPA1 FPBX
module_log_level|||||||DPA1 FPBX
monitor_notify_for_subscription_refresh|i|||on off||off|DPA1 FPBX
ms_before_returning_to_idle_xml||||||10000|D720 DPA1 FPBX
msw_directory_number|i||||||DPA1 FPBX
msw_password|i|secret|||||DPA1 FPBX
msw_web_url|i||||||DPA1 FPBX
multicast_address|||||||GS
multicast_listen||||on off||off|D720 DPA1 FPBX
multicast_port|||||||GS
multicast_relay_address|i||||||DPA1 FPBX
mute||state|||||GS
mute_is_dnd_in_idle||||on off||off on|D720 DPA1 FPBX WPRV
mwi_dialtone||||||stutter|D720 DPA1 FPBX FSPBX WPRV XGAL
mwi_notification||||||silent|D720 FPBX FSPBX
naptr_sip_uri||||on off||off|D720 DPA1 FPBX
navikey_event_time_limit|||||||DPA1 FPBX
netmask|||||||DPA1 ELX FPBX
netmask_vlan|||||||D720 DPA1 FPBX
network_id_port||||||5060|D720 DPA1 FPBX PROV WPRV
no_dnd||||on off||off|D720 DPA1 FPBX
ntp_refresh_timer|||||||D720 DPA1 FPBX FSPBX
ntp_server|||||||DPA1 ELX FPBX FSPBX PROV TANC WPRV XGAL
number_filter_before_dial|i||||||DPA1 FPBX
number_sign_encoding|i|||on off||on|DPA1 FPBX
number_simultaneous_calls||||on off||off|D720 DPA1 FPBX
ocip_max_hits||||||50|D720 DPA1 FPBX
ocip_password||secret|||||D720 DPA1 FPBX
ocip_port||||||2208|D720 DPA1 FPBX
ocip_server|||||||D720 DPA1 FPBX
ocip_username|||||||D720 DPA1 FPBX
offer_gruu||||on off||on|D720 DPA1 FPBX
offer_mpo||||on off||off|D720 DPA1 FPBX
offer_outbound||||on off||off|D720 DPA1 FPBX
offhook_accept_calls||||on off||on|D720 DPA1 FPBX
offhook_dial_prompt||||on off||on|D720 DPA1 FPBX
outbound_method|||||||ELX
outbound_tcp|||||||ELX
outbound_udp|||||||ELX
outgoing_identity||state|||||ELX
overlap_dialing||||on off||off|D720 DPA1 FPBX
pa1_amp_gain|||||||DPA1 FPBX
pa1_call_timeout|||||||DPA1 FPBX
pa1_nr_to_dial||||||0|DPA1 FPBX
pa1_pin1||||on off||off|DPA1 FPBX
pa1_pin2||||on off||off|DPA1 FPBX
pa1_pin3||||on off||off|DPA1 FPBX
pa1_pin4||||on off||off|DPA1 FPBX
pa1_reset_button_for_dialing||||on off||off|DPA1 FPBX
pa1_spkr||||on off||on|DPA1 FPBX
packet_length|i1||||||ELX
pair_tcp_relay_only|i|||on off||off|DPA1 FPBX
partial_lookup||||on off||off|D720 DPA1 FPBX PROV
pbx_buttons||||on off||off|D720 DPA1 FPBX
pcap_on_bootup|||||||ELX
peer_to_peer_cc||||on off||on|D720 DPA1 FPBX PROV
perform_initial_query_in_ldap_state||||on off||on|D720 DPA1 FPBX
phone_name|||||||FPBX
phone_type||fact|||||D720 DPA1 FPBX
phone_type_text||fact|||||DPA1 FPBX
phonebook_location|||||||WPRV
phonebook_server_location|||||||WPRV
pickup_indication||||on off||off|D720 PROV
pin1_time|||||||DPA1 FPBX
pin2_time|||||||DPA1 FPBX
pin3_time|||||||DPA1 FPBX
pin4_time|||||||DPA1 FPBX
pin_change_prompt|||||||ELX
play_music_during_hold||||on off||off|D720 DPA1 FPBX
pnp_config||||on off||on|D720 DPA1 FPBX PROV WPRV XGAL
pnp_server||fact|||||D720 DPA1 FPBX
prefer_saved_over_received_photo||||on off||on|D720 DPA1 FPBX
preselection_nr|||||||D720 DPA1 FPBX
presence_lookup_number||||on off||off|D720 DPA1 FPBX
presence_state|i1|state|||||D720 DPA1 FPBX
presence_timeout|||||||D720 DPA1 FPBX
prioritise_asserted||||on off||on|DPA1 FPBX
prioritise_pbx_number_lookup||||on off||off|D720
privacy_in||||on off||off on|D720 DPA1 FPBX FSPBX
privacy_out||||on off||off|D720 DPA1 FPBX FSPBX
propose_length|i1||||||ELX
prov_back_off_timer|||||||DPA1 FPBX
prov_polling_enabled|||||||TANC
prov_polling_mode||||rel abs random|||TANC
prov_polling_period|||||||TANC
prov_polling_time|||||||TANC
prov_polling_time_rand_end|||||||TANC
provisioning_order|||||||D720 DPA1 FPBX PROV WPRV
publish_presence|b|||on off||off|D720 DPA1 FPBX FSPBX
pui_icon_override_xml_icon|||||||SPBX
pui_states_allowing_state_switch_on_activity||||||idle|DPA1 FPBX
qos_publish_uri|||||||ELX
quick_transfer|||||||FPBX FSPBX WPRV
reactivate_wireless_offhook_pause||||||1100|DPA1 FPBX
read_status|||||||ELX SPBX
reboot_after_nr||||||0|D720 DPA1 FPBX
reciprocal_hold|i1|||on off||off|D720 DPA1 FPBX
record_deflected_calls|i1||||||SPBX
record_dialed_calls|i1|||on off||on|D720 DPA1 FPBX
record_missed_calls|i1|||on off||off on|D720 DPA1 FPBX PROV
record_missed_calls_cwi_off|i1|||on off||on|D720 DPA1 FPBX
record_received_calls|i1|||on off||on|D720 DPA1 FPBX
recording_mechanism|||||||D720 DPA1 FPBX
redirect_allways||state||on off||off|D720
redirect_always_off_code|||||||D720 PROV
redirect_always_on_code|||||||D720 PROV
redirect_busy_number||state|||||D720
redirect_busy_off_code|||||||D720
redirect_busy_on_code|||||||D720
redirect_event||state|||||FPBX
redirect_identity_allways|i1|state|||||D720
redirect_number||state|||||D720
redirect_on_busy||state||on off||off|D720
redirect_on_timeout||state|||||D720
redirect_ringing||||on off||on|D720 DPA1 FPBX
redirect_time||state|||||D720
redirect_time_number||state|||||D720
redirect_time_off_code|||||||D720
redirect_time_on_code|||||||D720
redundant_fkeys|||||||GS
refer_brackets|b|||on off||off|D720 DPA1 FPBX
refuse_call_pickup_of_connected_calls||||on off||off|D720 DPA1 FPBX
register_http_contact||||on off||off|D720 DPA1 FPBX
reject_calls_with_603||||on off||off|D720 DPA1 FPBX
reject_msg|||||||ELX
release_sound||||on off||off|D720 DPA1 FPBX FSPBX
release_xferred_call_on||||||180|D720 DPA1 FPBX
remote_3264_hold||||on off||on|DPA1 FPBX
remote_contact_header_field|i1|||||from|D720 FPBX
repeater|||||||ELX
replace_header_fire_action_url|||||||D720 DPA1 FPBX
replacement_plan_url|||||||FSPBX
require_prack||||on off||on|D720 DPA1 FPBX
reset_settings|||||||D720 DPA1 FPBX
restrict_uri_queries||||on off||on|D720 DPA1 FPBX
retrieve_xferred_call_on||||||400|D720 DPA1 FPBX
retry_after_failed_register||||||300|D720 DPA1 FPBX PROV WPRV
retry_after_failed_subscribe|i1|||||600|D720 DPA1 FPBX TANC
retry_t1|||||||ELX
ring_after_delay|i1||||||D720 DPA1 FPBX
ring_count||||||5|D720 DPA1 FPBX
ring_duration|||||||ELX
ring_sound|||||||PROV
ringer_animation||||on off||off on|D720 DPA1 FPBX
ringer_headset_device||||||headset speaker|D720 DPA1 FPBX
ringing_time|||||||D720 DPA1 FPBX
ringing_title||||||lang_ringing|D720 DPA1 FPBX
rtcp_dup_rle|||||||ELX
rtcp_loss_rle|||||||ELX
rtcp_rcpt_times|||||||ELX
rtcp_rcvr_rtt|||||||ELX
rtcp_stat_summary|||||||ELX
rtcp_voip_metrics|||||||ELX
rtcp_xr|||||||D720 DPA1 FPBX
rtp_codec_size||||||20|D720 DPA1 FPBX
rtp_codec_type||||||pcmu|D720 DPA1 FPBX
rtp_early_media_muted||||on off||off|DPA1 FPBX
rtp_early_media_ring_fallback||||||1000 4100|D720 DPA1 FPBX
rtp_enable_mediasec|i|||on off||off|DPA1 FPBX
rtp_keepalive||||on off||on|D720 DPA1 FPBX
rtp_port_end||||||32768 65534|D720 DPA1 ELX FPBX PROV
rtp_port_start||||||16384 49152|D720 DPA1 ELX FPBX PROV
save_latest_callrecords_to_flash||||on off||on|D720 DPA1 FPBX
screen_saver_timeout|||||||D720 DPA1 FPBX TANC
scroll_lcd_optimize_timer|||||||D720
scroll_outgoing||||on off||on|D720 DPA1 FPBX
scroll_text_interval||||||400|D720 DPA1 FPBX
scroll_text_wait_multiplier||||||4|D720 DPA1 FPBX
scrollbar_color|||||||SPBX
sdp_forced_in_200_response||||on off||on|DPA1 FPBX
sdp_version_check||||on off||on|D720 DPA1 FPBX
secondary_dialtone_when|i||||||DPA1 FPBX
seconds_to_show_transfer_success_for||||||0|DPA1 FPBX
selected_line_background_color|||||||SPBX
selected_line_indicator_color|||||||SPBX
selected_line_text_color|||||||SPBX
send_prack||||on off||on|D720 DPA1 FPBX
send_starcodes_with_audio||||on off||off|D720 DPA1 FPBX
server_directories|i||||||DPA1 FPBX
server_enforced_kb_lock||||on off||on|D720 DPA1 FPBX
server_managed_fwd_all_nr|i1|state|||||D720
server_managed_fwd_all_state|i1|state||on off||off|D720
server_managed_fwd_busy_nr|i1|state|||||D720
server_managed_fwd_busy_state|i1|state||on off||off|D720
server_managed_fwd_time_nr|i1|state|||||D720
server_managed_fwd_time_secs|i1|state|||||D720
server_managed_fwd_time_state|i1|state|||||D720
service_mode_login|||||||DPA1 FPBX
service_mode_password||secret|||||DPA1 FPBX
session_timeout|||||||ELX
session_timer|||||||D720 DPA1 FPBX PROV
session_timer_refresh_method_force_invite|i||||||DPA1 FPBX
setting_server||way|||||D720 DPA1 ELX FPBX FSPBX TANC WPRV XGAL
settings_cyclic_store_timer|||||||D720 DPA1 FPBX
settings_refresh_timer|||||||D720 DPA1 ELX FPBX FSPBX
short_cancel_denies_call||||on off||on|D720 DPA1 FPBX
short_form||||on off||off|D720 DPA1 ELX FPBX
show_call_status||||on off||off|D720 DPA1 FPBX
show_clock||||on off||on|D720 DPA1 FPBX
show_connected_call_in_monitor_view||||on off||on|D720 DPA1 FPBX
show_diversion||||on off||on|D720 DPA1 FPBX
show_history_info||||on off||on|D720 DPA1 FPBX
show_ivr_digits||||on off||off|D720 DPA1 FPBX FSPBX
show_local_line||||on off||off|D720 DPA1 FPBX
show_name_dialog|||||||D720 DPA1 FPBX
show_redundant_context_keys|||||||D720 DPA1 FPBX
show_xml_pickup|||||||GS
signaling_tos||||||160|D720 DPA1 FPBX WPRV
silence_compression|||||||GS
sip_cancel_reasons_to_ignore_missed_call|||||||D720
sip_failover_response|||||||D720 DPA1 FPBX
sip_failover_response_reg|||||||D720 DPA1 FPBX
sip_force_sendrecv_on_invite_wo_sdp|i|||on off||off|DPA1 FPBX
sip_health_check||||on off||off|D720 DPA1 FPBX
sip_health_check_base_time|||||||D720 DPA1 FPBX
sip_health_check_max_time|||||||D720 DPA1 FPBX
sip_health_check_static_time|||||||D720 DPA1 FPBX
sip_ip_dialin_content_types|||||||DPA1 FPBX
sip_max_challenges||||||1|D720 DPA1 FPBX
sip_port|||||||ELX
sip_proxy|||||||D720 DPA1 FPBX
sip_quarantine_max_time|||||||D720 DPA1 FPBX
sip_quarantine_static_time|||||||D720 DPA1 FPBX
sip_reconnect_on_rejected_refer||||on off||off|D720 DPA1 FPBX
sip_request_timeout|b||||||D720 DPA1 FPBX
sip_retry_t1||||||500|D720 DPA1 FPBX PROV
sip_shutdown_timeout|||||||D720 DPA1 FPBX
sip_stop_subscriptions_on_register_failure||||on off||on|D720 DPA1 FPBX
sip_tls_listen_port|||||||DPA1 FPBX
sip_tracing||||on off||on|D720 DPA1 FPBX
skip_provisioning_urls_on_tls_error||||on off||off|DPA1 FPBX
smartlabel_background_color|||||||SPBX
smartlabel_call_default|||||||SPBX
smartlabel_call_expanded|||||||SPBX
smartlabel_dismiss_timeout|||||||SPBX
smartlabel_hide_disabled_page|||||||SPBX
smartlabel_icon_color|||||||SPBX
smartlabel_icon_fg_color|||||||SPBX
smartlabel_idle_default|||||||FPBX
smartlabel_label_color|||||||SPBX
smartlabel_optimize_info_box|||||||SPBX
smartlabel_pressed_background_color|||||||SPBX
smartlabel_pressed_label_color|||||||SPBX
smartlabel_separator_color|||||||SPBX
snmp_port||||||161|D720 DPA1 FPBX
snmp_trusted_addresses|||||||D720 DPA1 FPBX PROV
soundcard_event_map|||||||D720 DPA1 FPBX
speaker_dialer||||on off||on|D720 DPA1 FPBX
speaker_receive_call||||on off||on|D720 DPA1 FPBX
speaker_toggles_device||||on off||off|DPA1 FPBX
speed|i0||||||D720 DPA1 FPBX PROV
springboard_columns|||||||DPA1 FPBX
springboard_rows|||||||DPA1 FPBX
srv_sip_server_alias|i||||||WPRV
srv_srtp_auth|i||||||WPRV
startup_presence|i|||on off||off|DPA1 FPBX
status_msgs_background_color|||||||SPBX
status_msgs_border_color|||||||SPBX
status_msgs_that_are_blocked|||||||DPA1 FPBX FSPBX WPRV
status_msgs_that_are_essential|||||||D720 DPA1 FPBX
status_msgs_that_are_important|||||||D720 DPA1 FPBX
status_msgs_that_show_directly|||||||D720 DPA1 FPBX
status_msgs_to_pop_up|||||||DPA1 FPBX
status_msgs_with_audio_indication|||||||DPA1 FPBX
stun_binding_interval|i1||||||D720 DPA1 FPBX FSPBX
stun_interval|||||||ELX
stun_server|b1||||||D720 DPA1 ELX FPBX FSPBX
stutter_timeout|||||||D720 DPA1 FPBX
subscr_dect_ac_code|i|secret|||||WPRV
subscr_sip_hs_idx|i||||||WPRV
subscr_sip_line_name|i||||||WPRV
subscr_sip_ua_data_server_id|i||||||WPRV
subscribe_config|||||||FPBX PROV
subscription_delay||||||0|D720 DPA1 FPBX PROV WPRV XGAL
subscription_expiry|||||||GS
subtext_color|||||||SPBX
support_idna||||on off||off|D720 DPA1 FPBX
support_rtcp||||on off||on|D720 DPA1 FPBX
support_service_codes||||on off||on|DPA1 FPBX
suppress_ringing_during_hold|b|||on off||on|D720 DPA1 FPBX
suppress_sip_messages|||||||D720 DPA1 FPBX
swupd_curl_timeouts|||||||DPA1 FPBX
swupd_failed||fact|||||D720 DPA1 FPBX
syslog_server|||||||D720 DPA1 FPBX
system_time||fact|||||FPBX FSPBX
tbook_download_directories|i||||||DPA1 FPBX
tbook_download_interval|i||||||DPA1 FPBX
tbook_sort||||||0|D720
tcp_failover|i1|||on off||off|D720 DPA1 FPBX
tcp_keepcnt|i1|||||5|D720 DPA1 FPBX
tcp_keepidle|i1|||||30 5|D720 DPA1 FPBX
tcp_keepintvl|i1|||||20 5|D720 DPA1 FPBX
tcp_listen||||on off||off|D720 DPA1 FPBX FSPBX PROV
tcp_retries2||||||8|DPA1 FPBX
telnet_enabled|||||||ELX
terminate_ongoing_calls_on_user_deactivation|i||||||DPA1 FPBX
terminate_subscribers_on_reboot||||on off||on|D720 DPA1 FPBX
text_color|||||||SPBX
text_softkey|||||||D720 DPA1 FPBX
tftp_secret||secret|||||D720 DPA1 FPBX
time_24_format|||||||D720 DPA1 FPBX PROV TANC WPRV XGAL
timer_support|||||||D720 DPA1 FPBX
timezone|||||||D720 DPA1 FPBX FSPBX PROV TANC WPRV XGAL
titlebar_background_color|||||||SPBX
titlebar_format_springboard|||||||DPA1 FPBX
titlebar_text_color|||||||SPBX
tls_server_authentication||||on off||off|D720 DPA1 FPBX
tone_scheme|||||||D720 DPA1 FPBX FSPBX PROV TANC WPRV XGAL
tones|||||||ELX
tos_rtp|||||||ELX
tos_sip|||||||ELX
tr369_controller_e2emode|i1|||Allow* Require Forbid|10.1.161||wiki
tr369_controller_e2esize|i1||||10.1.161||FSPBX
tr369_controller_endpointid|i1||||10.1.161||FSPBX
tr369_controller_subscriptionid|i1||||10.1.161||FSPBX
tr369_enable|i1|||true false|10.1.161||FSPBX
tr369_mqtt_clientid|i1||||10.1.161||FSPBX
tr369_mqtt_hostport|i1|way|||10.1.161||FSPBX
tr369_mqtt_topic|i1||||10.1.161||FSPBX
tr369_mqtt_transport|i1||||10.1.161||FSPBX
tr369_mtp_protocol|i1||||10.1.161||FSPBX
tr369_websocket_uri|i1|way|||10.1.182||wiki
tr69_acs_passwd||secret|||||D720 DPA1 FPBX
tr69_acs_url||way|||||D720 DPA1 FPBX
tr69_acs_user|||||||D720 DPA1 FPBX
tr69_bootstrap||||on off||on|D720 DPA1 FPBX
tr69_cnr_pass||secret|||||D720 DPA1 FPBX
tr69_cnr_user|||||||D720 DPA1 FPBX
tr69_download_status||fact|||||D720 DPA1 FPBX
tr69_events||fact|||||D720 DPA1 FPBX
tr69_log||||on off||off|D720 DPA1 FPBX
tr69_p_inform_supervision_timeout|||||||DPA1 FPBX
tr69_params|||||||D720 DPA1 FPBX FSPBX
tr69_use_acs||||on off||off|D720 DPA1 FPBX
transfer_dialing_on_other||||||blind|DPA1 FPBX FSPBX WPRV
transfer_dialing_on_transfer||||||blind|DPA1 FPBX FSPBX TANC
transfer_on_hangup||||on off||off on|D720 DPA1 FPBX PROV TANC TINE WPRV
transfer_on_hangup_non_pots||||on off||off|D720 DPA1 FPBX TANC WPRV
transfer_on_hangup_with_starcode||||on off||off|D720 DPA1 FPBX PROV
uboot_lock|||||||D720 DPA1 FPBX
uboot_version||fact|||||D720 DPA1 FPBX FSPBX
ui_theme|||||||FPBX FSPBX
unsaf_via_received_rport|i|||on off||off|DPA1 FPBX
upd_sip_uri_with_contact_from_notifies||||on off||on|D720 DPA1 FPBX
update_after_idle_timeout|||||||D720 DPA1 FPBX
update_filename||way|||||D720 DPA1 FPBX
update_host_f||way|||||D720 DPA1 FPBX
update_policy||||settings_only* auto_update ask_for_update never_update||settings_only|D720 DPA1 FPBX FSPBX \
PROV TANC TINE WPRV XGAL
update_server||way|||||DPA1 FPBX
upload_font|||||||D720
upload_gui|||||||D720
upload_license|||||||D720 DPA1 FPBX
upload_moh|||||||DPA1 FPBX
upload_web|||||||D720
use_NTLMv2||||on off||on|D720 DPA1 FPBX
use_backlight||||on off||on|D720 DPA1 FPBX PROV
use_contact_in_refer_to_hdr|i1|||on off||off|DPA1 FPBX FSPBX
use_ext_for_contact_dial|i|||on off||on|DPA1 FPBX
use_hidden_tags||||on off||off|D720 DPA1 FPBX PROV
use_outbound_proxy_for_callback|i|||on off||on|DPA1 FPBX
use_proxy_number_guessing||||on off||off|D720
use_transport_from_sip_msg|i|||on off||on|DPA1 FPBX
user_active|i1||||||D720 DPA1 ELX FPBX FSPBX PROV TANC WPRV XGAL
user_add_incoming1_ipuis|i||||||ELX
user_additional_supported_header|i1||||||D720 DPA1 FPBX
user_admin_mode|||||||D720 DPA1 FPBX
user_agent_string|||||||D720
user_alert_info|i1||||||D720 DPA1 FPBX
user_allow_call_waiting|i||||||ELX
user_allow_inc_dialog_subscribe|i1||||||D720 DPA1 FPBX
user_allow_line_switching|i||||||ELX
user_area_code|i||||||DPA1 FPBX
user_auth_tag|i1||||||D720 DPA1 FPBX TANC WPRV
user_auto_connect|i1||||||D720 DPA1 FPBX
user_callwaiting_off_response|i||||||DPA1 FPBX
user_check_cseq_dlginfo_notify|i||||||DPA1 FPBX
user_country_code|i||||||DPA1 FPBX
user_custom|i1||||||D720 DPA1 FPBX TANC
user_default_blf_direction|i||||||DPA1 FPBX
user_default_contact_uri|i1||||||D720 DPA1 FPBX
user_descr_contact|i1||||||D720 DPA1 FPBX
user_dp|i1||||||D720 DPA1 FPBX
user_dp_exp|i1||||||D720 DPA1 FPBX
user_dp_str|i1||||||D720 DPA1 FPBX FSPBX
user_dtmf_info|i1||||||D720 DPA1 FPBX PROV TANC WPRV XGAL
user_dynamic_payload|i1||||||D720 DPA1 FPBX
user_ear_protection|i||||||ELX
user_enable_e164_substitution|i||||||ELX
user_enable_hookflash|i1||||||D720 DPA1 FPBX
user_event_list_uri|i1||||||D720 DPA1 FPBX
user_expiry|i1||||||D720 DPA1 ELX FPBX FSPBX PROV
user_failover_identity|i1||||||D720 DPA1 FPBX PROV WPRV
user_forward_mode|i|state|||||ELX
user_forward_number|i|state|||||ELX
user_forward_timeout|i|state|||||ELX
user_full_sdp_answer|i1||||||D720 DPA1 FPBX
user_g726_packing_order|i1||||||D720 DPA1 FPBX
user_hash|i1|secret|||||D720 DPA1 FPBX
user_hold_inactive|i1||||||D720 DPA1 FPBX
user_host|i1||||||D720 DPA1 ELX FPBX FSPBX PROV TANC WPRV XGAL
user_ice|i1||||||D720 FPBX FSPBX
user_idle_number|i||||||FSPBX WPRV
user_idle_text|i1||||||D720 DPA1 FPBX PROV WPRV XGAL
user_international_prefix|i||||||DPA1 FPBX
user_ipui|i|fact|||||ELX
user_mailbox|i1||||||D720 DPA1 FPBX FSPBX PROV WPRV XGAL
user_mailbox_retrieve|i1||||||SPBX
user_mailnumber|i||||||WPRV
user_media_setup_offer|i1||||||D720 DPA1 FPBX
user_media_transport_offer|i1||||||D720 DPA1 FPBX TANC
user_moh|i1||||||D720 DPA1 FPBX
user_name|i1||||||D720 DPA1 ELX FPBX FSPBX PROV TANC WPRV XGAL
user_no_auto_logoff|i||||||DPA1 FPBX
user_outbound|i1||||||D720 DPA1 FPBX FSPBX PROV TANC WPRV
user_pass|i1|secret|||||D720 DPA1 ELX FPBX FSPBX PROV TANC WPRV XGAL
user_password|i1|secret|||||FPBX
user_phone|||||||D720 DPA1 FPBX PROV WPRV XGAL
user_pic|i1||||||D720 DPA1 FPBX
user_pic_tie_to_tbook|i1||||||D720
user_pname|i1||||||D720 DPA1 ELX FPBX PROV WPRV
user_presence_buddy_list_uri|i1||||||D720 DPA1 FPBX
user_presence_host|i1||||||D720 DPA1 FPBX
user_presence_identity|i1||||||D720 DPA1 FPBX
user_presence_subscription|i1||||||D720 DPA1 FPBX
user_presence_uri|i1||||||D720 DPA1 FPBX
user_proxy_require|i1||||||D720 DPA1 FPBX
user_publish_presence_bootup|i1||||||D720 DPA1 FPBX PROV
user_pui_treats_uri_username_as_fallback_for|i||||||DPA1 FPBX
user_q|i1||||||D720 DPA1 FPBX
user_realname|i1||||||D720 DPA1 ELX FPBX FSPBX PROV TANC WPRV XGAL
user_remove_all_bindings|i1||||||D720 DPA1 FPBX PROV
user_replaces_when_referring_to_conference_server|i1||||||DPA1 FPBX
user_report_machine_state|i1||||||D720 FPBX
user_report_phone_state|i1||||||D720 FPBX
user_ringer|i1||||||D720 DPA1 FPBX FSPBX PROV TANC
user_ringer_forwarded_calls|i1||||||D720 FPBX TANC
user_ringer_private_line|i1||||||D720 FPBX TANC
user_savp|i1||||||D720 DPA1 FPBX WPRV
user_sdp_version_check|i||||||DPA1 FPBX
user_send_local_name|i1||||||D720 FPBX
user_server_type|i1||||||D720 DPA1 FPBX FSPBX PROV XGAL
user_shared_line|i1||||||D720 DPA1 FPBX FSPBX
user_sipusername_as_line|i1||||||D720 DPA1 FPBX PROV
user_srtp|i1||||||D720 DPA1 FPBX FSPBX PROV TANC WPRV
user_stream|i1||||||D720 DPA1 FPBX
user_subscription_expiry|i1||||||D720 DPA1 FPBX
user_symmetrical_rtp|i1||||||D720 DPA1 FPBX FSPBX
user_tel_nr|i||||||DPA1 FPBX
user_tlsdsk_store|i1|secret|||||D720 FPBX
user_trunk_prefix|i||||||DPA1 FPBX
user_uid|i1||||||D720 DPA1 FPBX FSPBX
user_wait_for_ntp_before_register|i1||||||D720 DPA1 FPBX
user_xml_screen_url|i||||||PROV
using_server_managed_dnd|i1|||on off||off|D720 DPA1 FPBX
using_server_managed_fwd_all|i1|||on off||off|D720 DPA1 FPBX
using_server_managed_fwd_busy|i1|||on off||off|D720 DPA1 FPBX
using_server_managed_fwd_time|i1||||||D720 DPA1 FPBX
utc_offset|||||||FPBX PROV XGAL
vendor||fact||||snom|DPA1 FPBX
vip_ring_sound|||||||D720 DPA1 FPBX
vision_connected_mac|||||||GS
vision_provisioning_url||way|||||GS
vision_reconnect_timeout|||||||GS
vlan|||||||PROV
vlan_id|||||||D720 DPA1 ELX FPBX PROV TANC WPRV XGAL
vlan_net_id|||||||D720
vlan_net_priority|||||||D720
vlan_pc_id|||||||D720 DPA1 FPBX PROV TANC WPRV
vlan_pc_priority|||||||D720 DPA1 FPBX PROV TANC
vlan_port_tagging||||on off||off|D720 DPA1 FPBX PROV TANC
vlan_prio|||||||ELX
vlan_qos|||||||D720 DPA1 FPBX PROV TANC WPRV
vol_handset||state||||13|D720 DPA1 FPBX PROV
vol_handset_mic||||||7|D720 FPBX PROV
vol_headset||state||||7|D720 DPA1 FPBX PROV
vol_headset_mic||||||7|D720 FPBX PROV
vol_ringer||state||||10|D720 DPA1 FPBX FSPBX PROV
vol_speaker||state||||8|D720 DPA1 FPBX FSPBX PROV
vol_speaker_max||||||100|DPA1 FPBX
vol_speaker_mic||||||7|D720 FPBX PROV
vpn_netcatserver|||||||D720
vpn_on||||on off||off|D720
vpn_tarball_url|||||||D720
vq_local_group|||||||D720 DPA1 FPBX
vq_report_collector|b||||||D720 DPA1 FPBX
was_never_registered||fact||on off||off|D720 DPA1 FPBX FSPBX
watch_arp_cache|||||||GS
watchdog||||on off||on|D720 DPA1 FPBX PROV
web_language|||||||D720 DPA1 FPBX FSPBX TANC WPRV XGAL
web_logout_timer|||||||D720 DPA1 FPBX FSPBX PROV
web_user_agent_string|||||||SPBX
webserver_admin_name|||||||FSPBX TANC WPRV
webserver_admin_password||secret|||||FSPBX TANC WPRV
webserver_cert|||||||DPA1 FPBX PROV
webserver_max_data_size|||||||DPA1 FPBX
webserver_type||||http_https http https off||http_https|DPA1 FPBX PROV WPRV
webserver_user_name|||||||TANC WPRV
webserver_user_password||secret|||||TANC WPRV
wifi_auth_mode||||on off||off|D720
wifi_country_code|||||||FSPBX
wifi_essid|||||||D720
wifi_ether_bridge||||on off||off|D720
wifi_wep_key1||secret|||||D720
wifi_wpa_encryptype|||||||D720
wifi_wpapsk||secret|||||D720
with_flash||||on off||off|D720 DPA1 FPBX
work_ring_sound|||||||D720 DPA1 FPBX FSPBX
wui_admin_only|||||||DPA1 FPBX
xcap_dir_doc_name|||||||D720 DPA1 FPBX
xcap_directory_auid|||||||D720 DPA1 FPBX
xcap_server_name|||||||D720 DPA1 FPBX
xcap_server_port||||||8080|D720 DPA1 FPBX
xcap_tbook_sync_interval||||||7200|D720 DPA1 FPBX
xcap_via_tls||||on off||on|D720 DPA1 FPBX
xfer_dest_order_lifo||||on off||off|DPA1 FPBX
xml_notify||||on off||on|D720 DPA1 FPBX
xmpp_display_profile_image|i|||on off||on|DPA1 FPBX
xmpp_dnd_prio|i|||||dndall|DPA1 FPBX
xmpp_dnd_sync|i|||on off||off|DPA1 FPBX
xmpp_favorites_first|i|||on off||on|DPA1 FPBX
xmpp_jid|i||||||DPA1 FPBX
xmpp_password|i|secret|||||DPA1 FPBX
xsi_anywhere|i|||on off||on|DPA1 FPBX
xsi_auth_pass|i|secret|||||DPA1 FPBX
xsi_auth_user|i||||||DPA1 FPBX
xsi_callcenter_list|i|||on off||on|DPA1 FPBX
xsi_caller_id_blocking|i|||on off||on|DPA1 FPBX
xsi_conf_timer|i||||||DPA1 FPBX
xsi_directory_fullsearch|i|||on off||off|DPA1 FPBX
xsi_events|i|||on off||off|DPA1 FPBX
xsi_polling_interval|i|||||600|DPA1 FPBX
xsi_remote_office|i|||on off||on|DPA1 FPBX
xsi_retry_timer|i||||||DPA1 FPBX
xsi_server|i||||||DPA1 FPBX
xsi_silent_alert|i|||on off||on|DPA1 FPBX
xsi_simultaneous_ring|i|||on off||on|DPA1 FPBX
xsi_visual_voicemail|i|||on off||on|DPA1 FPBX
zone_desc|||||||ELX
"""
