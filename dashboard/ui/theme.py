"""The style sheet that all pages share."""

CSS = """
<style>
.block-container, [data-testid="stMainBlockContainer"] {
  padding-top: 4.2rem; padding-bottom: 4rem; max-width: 1500px}
[data-testid="stMetricValue"] {font-size: 1.4rem; font-variant-numeric: tabular-nums}
h1 {font-size: 1.75rem !important; letter-spacing: -0.01em; padding: 0 !important}
[class*="st-key-"][class*="_picks"], .st-key-returning {display: none}
/* It moves for as long as a page measures, at the cost of a tenth of a core; the page says how far
   it is. */
[data-testid="stStatusWidgetRunningIcon"] {display: none}
/* What stands for inputs until their code is loaded shimmers. Two dozen at a time keep a core busy
   where no graphics card paints, and the code loads later for it. */
[data-testid="stSkeleton"], [data-testid="stSkeleton"] * {animation: none !important}
[class*="st-key-"][class*="_take_home"] {margin-top: -1.3rem}
[class*="st-key-"][class*="_take_home"] [data-testid="stPopover"] p {font-size: .8rem; opacity: .8}
.codecs {overflow-x: auto; font-size: .875rem}
.codecs table {border-collapse: collapse; width: 100%; white-space: nowrap;
  font-variant-numeric: tabular-nums}
.codecs th, .codecs td {padding: .42rem .75rem; text-align: left; border: 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent)}
.codecs th {font-weight: 400; color: color-mix(in srgb, currentColor 65%, transparent)}
.codecs th[title] {cursor: help}
.codecs .number {text-align: right}
.codecs th:first-child, .codecs td:first-child {padding-right: 0}
/* Whose line it is stays in sight where a table is wider than the screen. */
@supports (color: light-dark(white, black)) {
  .codecs th:first-child, .codecs td:first-child, .codecs th:nth-child(2), .codecs td:nth-child(2) {
    position: sticky; left: 0; background: light-dark(#ffffff, #11151c)}
  .codecs th:nth-child(2), .codecs td:nth-child(2) {left: 1.45rem}}
.codecs tbody tr:hover {background: color-mix(in srgb, currentColor 5%, transparent)}
.codecs b {display: block; width: .7rem; height: .7rem; border-radius: 50%}
.st-key-page_head h1 {flex: 1 1 auto}
.st-key-page_tools {gap: .2rem 1.1rem}
.st-key-page_tools p {font-size: .85rem; opacity: .8}
h2 {font-size: 1.3rem !important} h3 {font-size: 1.08rem !important}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] {padding-left: .8rem; padding-right: .8rem}}
</style>
"""
