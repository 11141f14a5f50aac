#include "lab/report/page.h"

#include <algorithm>

#include "lab/report/markup.h"
#include "lab/report/page_style.h"

namespace aside::lab::report {
namespace {

constexpr std::size_t kContentsFrom = 3;  // headings
constexpr std::size_t kLongestNumber = 24;

// "failover-kill (SIGKILL)" -> "failover-kill-sigkill"
std::string anchor_of(std::string_view title) {
    std::string anchor;
    for (const char c : title) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            anchor += upper ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (!anchor.empty() && !anchor.ends_with('-')) {
            anchor += '-';
        }
    }
    return "at-" + anchor;
}

bool is_absent(std::string_view text) {
    return text.empty() || text == "-" || text == "–" || text == "—";
}

// "12", "-3.5 ms", "<0.1 %", "≤ 5"
bool is_number(std::string_view text) {
    if (text.size() > kLongestNumber) return false;
    for (const std::string_view sign : {"+", "-", "−", "<", ">", "≤", "≥", "~", "×"}) {
        if (!text.starts_with(sign)) continue;
        text.remove_prefix(sign.size());
        break;
    }
    while (text.starts_with(' ')) text.remove_prefix(1);
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

std::vector<bool> number_columns(const std::vector<std::vector<Cell>>& rows) {
    std::vector<bool> some, all;
    for (std::size_t row = 1; row < rows.size(); ++row) {
        for (std::size_t column = 0; column < rows[row].size(); ++column) {
            if (column == some.size()) {
                some.push_back(false);
                all.push_back(true);
            }
            const std::string& text = rows[row][column].text;
            if (is_absent(text)) continue;
            some[column] = some[column] || is_number(text);
            all[column] = all[column] && is_number(text);
        }
    }
    for (std::size_t column = 0; column < some.size(); ++column) {
        some[column] = some[column] && all[column];
    }
    return some;
}

std::string_view name_of(Tone tone) {
    switch (tone) {
        case Tone::good:
            return "good";
        case Tone::bad:
            return "bad";
        case Tone::doubtful:
            return "doubtful";
        case Tone::plain:
            break;
    }
    return {};
}

std::string cell_html(const Cell& cell, bool number) {
    const std::string tone(name_of(cell.tone));
    const bool framed = !number && !tone.empty() && !is_absent(cell.text);
    std::string content = escaped(cell.text);
    if (framed) content = "<span class=\"tag " + tone + "\">" + content + "</span>";
    if (!cell.heading.empty()) {
        content = "<a href=\"#" + anchor_of(cell.heading) + "\">" + content + "</a>";
    }
    std::string classes = number ? "number" : "";
    if (number && !tone.empty()) classes += " " + tone;
    return classes.empty() ? "<td>" + content + "</td>"
                           : "<td class=\"" + classes + "\">" + content + "</td>";
}

}  // namespace

Page::Page(std::string_view title, std::string_view subtitle)
    : title_(title), subtitle_(subtitle) {}

void Page::heading(std::string_view title, std::string_view subtitle) {
    if (!headings_.empty()) body_ += "</section>\n";
    headings_.emplace_back(title);
    body_ += "<section id=\"" + anchor_of(title) + "\">\n<h2>" + escaped(title) + "</h2>\n";
    if (!subtitle.empty()) body_ += "<p class=\"subtitle\">" + escaped(subtitle) + "</p>\n";
}

void Page::paragraph(std::string_view text) {
    body_ += "<p>" + escaped(text) + "</p>\n";
}

void Page::table(const std::vector<std::vector<Cell>>& rows) {
    if (rows.empty()) return;
    const std::vector<bool> numbers = number_columns(rows);
    const auto is_numbers = [&numbers](std::size_t column) {
        return column < numbers.size() && numbers[column];
    };
    body_ += "<div class=\"scroll\"><table>\n<thead><tr>";
    for (std::size_t column = 0; column < rows.front().size(); ++column) {
        body_ += is_numbers(column) ? "<th class=\"number\">" : "<th>";
        body_ += escaped(rows.front()[column].text) + "</th>";
    }
    body_ += "</tr></thead>\n<tbody>\n";
    for (std::size_t row = 1; row < rows.size(); ++row) {
        body_ += "<tr>";
        for (std::size_t column = 0; column < rows[row].size(); ++column) {
            body_ += cell_html(rows[row][column], is_numbers(column));
        }
        body_ += "</tr>\n";
    }
    body_ += "</tbody></table></div>\n";
}

void Page::charts(std::span<const Chart> charts) {
    if (charts.empty()) return;
    body_ += "<div class=\"charts\">\n";
    for (const Chart& chart : charts) body_ += "<figure>" + to_svg(chart) + "</figure>\n";
    body_ += "</div>\n";
}

void Page::bars(const BarChart& chart) {
    body_ += "<div class=\"charts\">\n<figure>" + to_svg(chart) + "</figure>\n</div>\n";
}

void Page::preformatted(std::string_view text) {
    body_ += "<pre>" + escaped(text) + "</pre>\n";
}

std::string Page::html() const {
    // The policy is a promise kept by the browser: nothing is fetched, no script runs.
    std::string page =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>";
    page += escaped(title_) + "</title>\n<style>\n" + page_style() + "</style>\n</head>\n<body>\n";
    page += "<header>\n<h1>" + escaped(title_) + "</h1>\n";
    if (!subtitle_.empty()) page += "<p class=\"subtitle\">" + escaped(subtitle_) + "</p>\n";
    page += "</header>\n";
    if (headings_.size() >= kContentsFrom) {
        page += "<nav><ul>\n";
        for (const std::string& heading : headings_) {
            page +=
                "<li><a href=\"#" + anchor_of(heading) + "\">" + escaped(heading) + "</a></li>\n";
        }
        page += "</ul></nav>\n";
    }
    page += "<main>\n" + body_ + (headings_.empty() ? "" : "</section>\n");
    return page + "</main>\n</body>\n</html>\n";
}

}  // namespace aside::lab::report
