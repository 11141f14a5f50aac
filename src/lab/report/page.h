// A report as one HTML page that needs nothing else: text, tables, charts.
//
//   Page page("Failure drills", "Redis 7.0.15, 2 cores, seed 7");
//   page.heading("failover-kill", "a primary dies (SIGKILL)");
//   page.table({{"design", …}, …});
//   page.charts({latency, errors});
//   write(page.html());
//
// Thread rule: one owner. All text is escaped, and nothing in it needs a script or another host.
// Columns that hold numbers are aligned as such; a tone colours a number and frames a word.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/report/bar_chart.h"
#include "lab/report/chart.h"

namespace aside::lab::report {

enum class Tone : std::uint8_t { plain, good, bad, doubtful };

struct Cell {
    std::string text;
    Tone tone = Tone::plain;
    std::string heading = {};  // of this page, which the cell is a link to
};

class Page {
  public:
    Page(std::string_view title, std::string_view subtitle);

    // Listed in the page's table of contents, where there are three or more.
    void heading(std::string_view title, std::string_view subtitle = {});
    void paragraph(std::string_view text);
    // The first row is the header.
    void table(const std::vector<std::vector<Cell>>& rows);
    void charts(std::span<const Chart> charts);  // side by side where there is room
    void bars(const BarChart& chart);
    void preformatted(std::string_view text);

    std::string html() const;

  private:
    std::string title_, subtitle_, body_;
    std::vector<std::string> headings_;
};

}  // namespace aside::lab::report
