"""The members' pages: find the setting, understand it, switch it, and keep the proof."""
