/**
 * The whole style of the pages behind a link: served from our own origin, because the content security policy allows
 * nothing inline. Values of web/shared/tokens.css; text at least 4.5:1, controls 3:1 and 44 px high.
 */
export const stylePath = '/v/style.css';

export const style = `:root{color-scheme:light dark;--bg:#f5f6f7;--card:#fff;--text:#1d2226;--quiet:#545c63;--line:#d9dde1;--strong:#868e96;--accent:#0b6a78;--on-accent:#fff;--link:#0a5c68;--good:#1f7a43;--good-soft:#e5f4ea;--bad:#b3261e;--bad-soft:#fce9e7}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1b1f22;--text:#e8ebed;--quiet:#aab2b9;--line:#3a4147;--strong:#8b949c;--accent:#4db6c6;--on-accent:#0c1315;--link:#7bd0dc;--good:#7fcf9c;--good-soft:#15341f;--bad:#ff9b93;--bad-soft:#431d1a}}
*{box-sizing:border-box}
html{font-size:100%}
body{margin:0;background:var(--bg);color:var(--text);font:1.0625rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:36rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1rem;justify-content:space-between;align-items:center;padding-top:.75rem;padding-bottom:.75rem}
header p{margin:0;font-weight:600}
nav a{display:inline-block;padding:.625rem .25rem;min-height:44px}
nav [aria-current]{font-weight:600;padding:.625rem .25rem}
main{padding-bottom:1rem}
.card>h2:first-child{margin-top:0}
.card>:last-child,.card>p:last-child{margin-bottom:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1.25rem 1rem;margin:0 0 1rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}
h2{font-size:1.125rem;line-height:1.35;margin:1.5rem 0 .5rem}
p{margin:0 0 .75rem}
dl{margin:0}
dt{color:var(--quiet);font-size:.9375rem}
dd{margin:0 0 .75rem;font-variant-numeric:tabular-nums}
dd.time{font-size:1.1875rem;font-weight:600}
.status{display:inline-block;border:1px solid var(--strong);border-radius:999px;padding:.125rem .75rem;margin:0 0 1rem;font-weight:600}
.done{border-inline-start:4px solid var(--good);background:var(--good-soft)}
.error{border:2px solid var(--bad);background:var(--bad-soft)}
.error h2{margin-top:0}
.field-error{color:var(--bad);font-weight:600}
a{color:var(--link)}
.button,button{display:block;width:100%;min-height:44px;padding:.75rem 1rem;margin:0 0 .75rem;border:1px solid var(--strong);border-radius:6px;background:var(--card);color:var(--text);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.danger{border-color:var(--bad);color:var(--bad)}
fieldset{border:0;margin:0 0 1rem;padding:0;min-width:0}
legend{padding:0;font-size:1.125rem;font-weight:600;margin:0 0 .25rem}
.hint{color:var(--quiet);font-size:.9375rem}
ul.times{margin:0 0 .75rem;padding-inline-start:1.25rem}
ul.times li{margin:0 0 .25rem;font-variant-numeric:tabular-nums}
label.choice{display:flex;gap:.75rem;align-items:center;min-height:44px;padding:.5rem 0}
label.field{display:block;font-weight:600;margin:0 0 .25rem}
select{display:block;width:100%;min-height:44px;padding:.5rem;margin:0 0 1rem;border:1px solid var(--strong);border-radius:6px;background:var(--card);color:var(--text);font:inherit}
input[type=radio]{width:1.5rem;height:1.5rem;margin:0;flex:none;accent-color:var(--accent)}
footer{color:var(--quiet);font-size:.9375rem;padding-bottom:2rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;inset-inline-start:-100vw}
.skip:focus{inset-inline-start:1rem;top:.5rem;background:var(--card);padding:.75rem}
`;
