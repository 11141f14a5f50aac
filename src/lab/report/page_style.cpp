#include "lab/report/page_style.h"

#include <string_view>

#include "lab/report/chart_style.h"

namespace aside::lab::report {
namespace {

constexpr std::string_view kLightTones =
    "--page:#f4f5f7;--link:#0b5cc0;--good:#0f7a43;--good-back:#dcf3e6;--bad:#b3261e;"
    "--bad-back:#fbe1df;--doubtful:#7a5200;--doubtful-back:#fdf0d2;";
constexpr std::string_view kDarkTones =
    "--page:#121417;--link:#7db6ff;--good:#5fd08f;--good-back:#143524;--bad:#ff8f87;"
    "--bad-back:#43191a;--doubtful:#f0c469;--doubtful-back:#3a2c0d;";

constexpr std::string_view kLayout = R"(
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);line-height:1.5;font-size:15px;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
header,nav,main{max-width:1280px;margin:0 auto;padding:0 24px}
header{padding-top:32px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px}
p{margin:10px 0;max-width:90ch}
h2{font-size:20px;line-height:1.3;margin:0}
.subtitle{color:var(--faint-ink);margin:0 0 12px;max-width:none}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:4px 0 8px;padding:0}
a{color:var(--link);text-decoration:none}
a:hover,a:focus{text-decoration:underline}
section{background:var(--surface);border:1px solid var(--grid);border-radius:10px;
padding:18px 22px;margin:18px 0;scroll-margin-top:12px}
.charts{display:grid;gap:14px;margin:14px 0 4px;
grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr))}
figure{margin:0;max-width:760px;border:1px solid var(--grid);border-radius:8px;padding:8px 4px 4px;
background:var(--surface)}
figure svg{display:block;width:100%;height:auto}
.scroll{overflow-x:auto;margin:12px 0}
table{border-collapse:collapse;font-size:14px}
th,td{padding:5px 16px 5px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
th{color:var(--faint-ink);font-weight:600;vertical-align:bottom;border-bottom-color:var(--axis)}
tbody tr:hover{background:var(--page)}
th.number,td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.good,td.bad,td.doubtful{font-weight:600}
.good{color:var(--good)}.bad{color:var(--bad)}.doubtful{color:var(--doubtful)}
.tag{display:inline-block;padding:0 9px;border-radius:9px;font-weight:600;font-size:13px;
white-space:nowrap}
.tag.good{background:var(--good-back)}.tag.good::before{content:"\2713\a0"}
.tag.bad{background:var(--bad-back)}.tag.bad::before{content:"\2717\a0"}
.tag.doubtful{background:var(--doubtful-back)}.tag.doubtful::before{content:"?\a0"}
pre{background:var(--page);border:1px solid var(--grid);border-radius:8px;padding:12px 14px;
overflow-x:auto;font-size:13px;line-height:1.45;margin:12px 0}
@media (max-width:600px){header,nav,main{padding:0 12px}header{padding-top:18px}
section{padding:14px 12px}}
@media print{body{background:#fff}section{border:0;padding:0}figure,tr{break-inside:avoid}}
)";

}  // namespace

std::string page_style() {
    std::string style = ":root{color-scheme:light dark;";
    style.append(light_variables()).append(kLightTones);
    style.append("}\n@media (prefers-color-scheme:dark){:root{");
    style.append(dark_variables()).append(kDarkTones);
    return style.append("}}").append(kLayout);
}

}  // namespace aside::lab::report
