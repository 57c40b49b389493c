#include "app/text_table.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::app {
namespace {

struct Range {
    char32_t first, last;
};

// Wide and full-width characters (Unicode 15, East Asian Width W and F), adjoining blocks joined.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},  {0x3400, 0x4DBF},
                           {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                           {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                           {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kNoWidth[] = {{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
// C0, DEL, C1, and what turns the direction of writing.
constexpr Range kSteering[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F},
                               {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};

template <size_t N>
bool in(Range const (&ranges)[N], char32_t point) {
    return std::any_of(ranges, ranges + N, [point](Range r) { return r.first <= point && point <= r.last; });
}

}  // namespace

size_t display_width(std::string_view text) {
    if (!is_utf8(text)) return text.size();
    size_t width = 0;
    for (size_t at = 0; at < text.size();) {
        char32_t const point = next_code_point(text, at);
        width += in(kNoWidth, point) ? 0 : in(kWide, point) ? 2 : 1;
    }
    return width;
}

std::string printable(std::string_view text) {
    bool const utf8 = is_utf8(text);
    std::string out;
    for (size_t at = 0; at < text.size();) {
        size_t const start = at;
        char32_t const point = utf8 ? next_code_point(text, at) : static_cast<unsigned char>(text[at++]);
        bool const fine = !in(kSteering, point) && (utf8 || point < 0x80);
        fine ? void(out.append(text.substr(start, at - start))) : out.push_back('?');
    }
    return out;
}

std::string padded(std::string_view text, size_t width, bool right) {
    size_t const own = display_width(text);
    std::string const space(width > own ? width - own : 0, ' ');
    return right ? space + std::string(text) : std::string(text) + space;
}

TextTable::TextTable(std::vector<Column> columns, std::string indent)
    : columns_(std::move(columns)), indent_(std::move(indent)) {}

void TextTable::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (auto& cell : cells) cell = printable(cell);
    rows_.push_back(std::move(cells));
}

std::string TextTable::line(std::vector<std::string> const& cells, std::vector<size_t> const& widths) const {
    std::string out = indent_;
    for (size_t i = 0; i < cells.size(); ++i) out += (i ? "  " : "") + padded(cells[i], widths[i], columns_[i].right);
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
}

std::string TextTable::print() const {
    std::vector<std::string> headings;
    std::vector<size_t> widths;
    for (size_t i = 0; i < columns_.size(); ++i) {
        headings.push_back(columns_[i].heading);
        widths.push_back(display_width(columns_[i].heading));
        for (auto const& row : rows_) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    std::string out = line(headings, widths);
    for (auto const& row : rows_) out += line(row, widths);
    return out;
}

}  // namespace ingot::app
