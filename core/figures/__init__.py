"""Figures: data go in, a Plotly figure comes out. Pages, reports and notebooks draw with them.

palette   a colour for each codec
base      empty figures, lines, rings, maps
rd        the rate–distortion chart
svd  digits  tradeoff  photos  datasets  training   figures of one subject each

The only part of `core` that knows Plotly; none of it knows Streamlit.
"""
