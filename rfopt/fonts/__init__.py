"""Fonts: DejaVu Sans, and for Chinese a part of Noto Sans SC, so that no machine draws boxes."""
