// Tables for a terminal: columns stand below each other also where names are Chinese, and text that came from elsewhere
// cannot steer the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ingot::app {

// Columns a terminal gives to UTF-8 text: two for Chinese characters and full-width forms, none for combining marks.
size_t display_width(std::string_view text);
// Control characters and the marks that turn the direction of writing become '?'.
std::string printable(std::string_view text);
// Filled with spaces to `width` columns, on the left when `right`; longer text stays as it is.
std::string padded(std::string_view text, size_t width, bool right = false);

class TextTable {
  public:
    struct Column {
        std::string heading;
        bool right = false;  // numbers
    };
    explicit TextTable(std::vector<Column> columns, std::string indent = "");
    // As many cells as there are columns; made printable here.
    void add(std::vector<std::string> cells);
    // Heading and rows, two spaces between columns, no spaces at line ends. The heading alone when there are no rows.
    std::string print() const;

  private:
    std::string line(std::vector<std::string> const& cells, std::vector<size_t> const& widths) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
    std::string indent_;
};

}  // namespace ingot::app
