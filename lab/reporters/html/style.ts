/** The report's style sheet. Colours of text keep a contrast of at least 4.5 : 1 on their ground, light and dark; a test measures it. */
export const style = `
:root{
  --paper:#f4f2ec;--card:#fffefb;--ink:#1b2230;--quiet:#525b69;--line:#d8d4c8;--link:#1a4f8b;
  --good:#115c38;--good-ground:#dcefe2;--bad:#9c1c2b;--bad-ground:#fae1e1;--warn:#784600;--warn-ground:#fbeccb;
  --calm:#454d5a;--calm-ground:#e6e4dc;--try:#4b3a9e;--try-ground:#e6e2f7;--try-strong:#33257a;--stripe:#f0b429;--stripe-ink:#1d1704;
  --shadow:0 1px 2px rgb(27 34 48/.06),0 6px 18px rgb(27 34 48/.05);
  --sans:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
  --mono:ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
}
@media (prefers-color-scheme:dark){:root{
  --paper:#10141b;--card:#181e28;--ink:#e9ebef;--quiet:#a9b2c0;--line:#2d3645;--link:#8fc1ff;
  --good:#86dba8;--good-ground:#15372a;--bad:#ffa3a3;--bad-ground:#44191f;--warn:#f3c56d;--warn-ground:#3d2d0d;
  --calm:#b9c1cd;--calm-ground:#2a323f;--try:#c3b8ff;--try-ground:#2c2657;--try-strong:#d6ceff;--stripe:#f0b429;--stripe-ink:#1d1704;
  --shadow:none;
}}
*{box-sizing:border-box}
html{font:16px/1.55 var(--sans);color:var(--ink);background:var(--paper);scroll-padding-top:4.5rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.18em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
main:focus{outline:none}
h1,h2,h3,h4,p,ul,ol,dl,dd,table,pre{margin:0}
code,pre{font-family:var(--mono);font-size:.86em}
pre{background:var(--calm-ground);color:var(--ink);padding:.75rem .9rem;border-radius:6px;overflow:auto;max-height:24rem;white-space:pre-wrap}
small{display:block;color:var(--quiet);font-size:.86em}
summary{cursor:pointer;color:var(--link);width:fit-content}
details[open]>summary{margin-bottom:.4rem}
.plain{list-style:none;padding:0}
.quiet{color:var(--quiet);font-weight:400}
.loud{color:var(--bad)}
.digest{word-break:break-all}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem;top:0;background:var(--card);padding:.6rem 1rem;z-index:9}
.skip:focus{left:.5rem}
.label{font-size:.72em;font-weight:700;letter-spacing:.07em;text-transform:uppercase;margin-right:.25em}

.banner{position:sticky;top:0;z-index:5;padding:.55rem max(1rem,calc((100vw - 68rem)/2 + 1rem)) .75rem;background:var(--stripe);color:var(--stripe-ink);font-size:.95rem;line-height:1.3}
.banner::after{content:"";position:absolute;left:0;right:0;bottom:0;height:5px;background:repeating-linear-gradient(-45deg,#1d1704 0 9px,#f0b429 9px 18px)}
.banner strong{font-weight:800;text-transform:none;margin-right:.35em}

.page{max-width:68rem;margin:0 auto;padding:0 1rem}
.hero{padding:2.4rem 0 1.6rem}
.eyebrow{font-size:.78rem;font-weight:700;letter-spacing:.14em;text-transform:uppercase;color:var(--quiet);margin-bottom:.9rem}
h1{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;font-size:clamp(1.15rem,3.4vw,1.7rem);line-height:1.25;font-weight:600}
.stamp{font-size:clamp(1.9rem,6.5vw,3.3rem);font-weight:900;letter-spacing:.05em;line-height:1;padding:.28em .42em .3em;border:.09em solid;border-radius:.16em;color:var(--tone);background:var(--tone-ground)}
.qualifier{color:var(--tone)}
.on-emulated .stamp,.on-simulated .stamp{border-style:dashed}
.verdict-accepted{--tone:var(--try-strong);--tone-ground:var(--try-ground)}
.verdict-accepted.on-windows{--tone:var(--good);--tone-ground:var(--good-ground)}
.verdict-rejected{--tone:var(--bad);--tone-ground:var(--bad-ground)}
.verdict-blocked,.verdict-interrupted{--tone:var(--warn);--tone-ground:var(--warn-ground)}
.meaning{margin:1rem 0 1.5rem;font-size:1.08rem;max-width:46rem}
.product{font-size:1.3rem;line-height:1.3}

.facts{display:grid;gap:.5rem 1.5rem}
.facts>div{display:grid;grid-template-columns:8.5rem 1fr;gap:.2rem 1rem}
.facts dt{color:var(--quiet);font-size:.9rem}
.facts.headline{border-top:1px solid var(--line)}
.facts.headline>div{padding:.7rem 0;border-bottom:1px solid var(--line);margin-bottom:-.5rem}
.facts.headline dt{font-size:.78rem;font-weight:700;letter-spacing:.09em;text-transform:uppercase;padding-top:.2rem}
.facts.headline li+li{margin-top:.3rem}
.counts{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem}
.facts.headline .counts li{margin:0}
.count strong{font-size:1.3rem;font-variant-numeric:tabular-nums}

nav{border-bottom:1px solid var(--line);margin-top:.4rem}
nav ul{display:flex;flex-wrap:wrap;gap:0 1.3rem;list-style:none;padding:0}
nav a{display:inline-block;padding:.55rem 0;text-decoration:none;font-size:.94rem}
nav a:hover{text-decoration:underline}

section{padding-top:2.4rem}
h2{font-size:1.35rem;line-height:1.3;margin-bottom:.9rem;letter-spacing:-.005em}
h3{font-size:1.08rem;line-height:1.35}
h4{font-size:.78rem;letter-spacing:.09em;text-transform:uppercase;color:var(--quiet);margin-bottom:.4rem}

.why{background:var(--card);border:1px solid var(--line);border-left:6px solid var(--tone);border-radius:8px;box-shadow:var(--shadow);padding:1.1rem 1.3rem 1.2rem;margin-top:1.8rem}
.why ol{padding-left:1.5rem}
.why li{padding-left:.2rem}
.why li+li{margin-top:.8rem}
.why li>p:first-child{font-weight:600}
.fix{margin-top:.2rem}
.fix .label{color:var(--quiet)}

table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--quiet);font-size:.9rem;padding-bottom:.5rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .9rem .55rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{font-weight:700;vertical-align:bottom}
.number{white-space:nowrap}
.scrolling{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:8px;box-shadow:var(--shadow);padding:.9rem 1.1rem .5rem;margin-bottom:1.1rem}
.scrolling tr:last-child>*{border-bottom:0}
.matrix th[scope=row]{font-weight:600}
.matrix thead th,.matrix td{min-width:11rem}
.matrix .tag{margin-left:.15rem}
.answer{text-decoration:none}
.answer:hover .pill{text-decoration:underline}

.pill,.tag{display:inline-block;border-radius:99px;padding:.1rem .65rem;font-size:.86rem;font-weight:700;white-space:nowrap}
.tag{border-radius:4px;font-size:.76rem;padding:.08rem .5rem;font-weight:600;background:var(--calm-ground);color:var(--calm);border:1px solid transparent}
.tag.emulated,.tag.simulated{background:var(--stripe);color:var(--stripe-ink);border-color:#8a6508}
.tag.windows{background:var(--good-ground);color:var(--good)}
.pill.passed{background:var(--good-ground);color:var(--good)}
.pill.failed{background:var(--bad-ground);color:var(--bad)}
.pill.skipped{background:var(--calm-ground);color:var(--calm)}
.pill.inconclusive,.pill.missing{background:var(--warn-ground);color:var(--warn)}
.count.failed strong{color:var(--bad)}.count.passed strong{color:var(--good)}.count.missing strong,.count.inconclusive strong{color:var(--warn)}

.cards{display:grid;gap:1rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;box-shadow:var(--shadow);padding:1rem 1.2rem 1.1rem;border-top:4px solid var(--edge,var(--line));display:grid;gap:.8rem;min-width:0}
.card>*{min-width:0}
.card:target{outline:3px solid var(--link);outline-offset:2px}
.card.passed{--edge:var(--good)}.card.failed{--edge:var(--bad)}.card.inconclusive,.card.missing{--edge:var(--warn)}
.card>header{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center;justify-content:space-between}
.marks{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center}
.self{color:inherit;text-decoration:none}
.self:hover{text-decoration:underline}
.question{color:var(--quiet);margin-top:-.5rem}
.figures th{color:var(--quiet);width:14rem}
.figures tr:last-child>*{border-bottom:0}
.figures td,.figures th{padding-top:.4rem;padding-bottom:.4rem}
.evidence li+li{margin-top:.6rem}
.evidence .digest{font-size:.8em}
.foot{font-size:.9rem}
.note,.findings>li{background:var(--calm-ground);border-radius:6px;padding:.7rem .9rem}
.findings>li+li{margin-top:.6rem}
.findings>li>.note{padding:0;background:none}
.findings>.error{background:var(--bad-ground)}
.findings>.warning,.inconclusive>.note,.missing>.note,.guest>.note{background:var(--warn-ground)}
.findings>.error .label:first-child,.findings>.error code{color:var(--bad)}
.findings>.warning>p:first-child>.label,.findings>.warning code,.inconclusive>.note code{color:var(--warn)}
.findings .fix .label,.note .fix .label{color:inherit}
.findings .quiet,.note .quiet{color:inherit}
.command{background:var(--ink);color:var(--paper);margin-top:.6rem}

.timeline{display:block;width:100%;min-width:46rem;height:auto;font:11.5px var(--sans)}
.timeline text{fill:var(--ink)}
.timeline .lane{font-weight:600;font-size:12.5px}
.tick line{stroke:var(--line)}
.tick text{fill:var(--quiet)}
.bar rect{fill:var(--calm-ground);stroke:var(--calm);stroke-width:1}
.bar.acquire rect,.bar.copy rect{fill:var(--try-ground);stroke:var(--try)}
.bar.passed rect{fill:var(--good-ground);stroke:var(--good)}
.bar.failed rect,.bar.failure rect{fill:var(--bad-ground);stroke:var(--bad)}
.bar.inconclusive rect,.bar.missing rect{fill:var(--warn-ground);stroke:var(--warn)}

.end{margin:3rem 0 0;padding:1.2rem 0 2rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.9rem}
@media (min-width:52rem){.cards.two{grid-template-columns:1fr 1fr}}
@media (max-width:40rem){
  .facts>div{grid-template-columns:1fr}
  .hero{padding-top:1.5rem}
  .banner{font-size:.86rem}
  .figures th{width:42%}
  .matrix thead th,.matrix td{min-width:9rem}
}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{
  @page{margin:14mm 13mm}
  :root{--paper:#fff;--card:#fff;--ink:#000;--quiet:#444;--line:#bbb;--link:#000;--good:#115c38;--good-ground:#e4f3e9;--bad:#9c1c2b;--bad-ground:#fbe9e9;--warn:#784600;--warn-ground:#fdf3dc;--calm:#333;--calm-ground:#eee;--try:#4b3a9e;--try-ground:#efecfb;--try-strong:#33257a;--shadow:none}
  html{font-size:10.5pt}
  *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
  body{display:table;width:100%;table-layout:fixed}
  .banner{display:table-header-group;position:static;break-inside:avoid;background:none}
  .banner::after{display:none}
  .banner p{background:var(--stripe);padding:1.5mm 3mm;margin-bottom:4mm;border-bottom:1mm double #1d1704}
  .evidence details{display:none}
  details::details-content{display:block;content-visibility:visible;block-size:auto}
  .page{display:table-row-group;max-width:none}
  nav,.skip{display:none}
  .card,.why,tr,.findings>li{break-inside:avoid}
  h2,h3,caption{break-after:avoid}
  pre{max-height:none}
  .scrolling{overflow:visible}
  .timeline{min-width:0}
  .command{background:#eee;color:#000}
}
`;
