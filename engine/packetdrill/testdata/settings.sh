#!/bin/sh
# Read by sourced-settings.pkt.
sysctl -q net.ipv4.tcp_timestamps=0
sysctl -q net.ipv4.tcp_window_scaling=0 > /dev/null 2>&1
