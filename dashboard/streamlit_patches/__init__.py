"""Mends of Streamlit's own behaviour."""
