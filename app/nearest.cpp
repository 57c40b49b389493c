#include "app/nearest.hpp"

#include <algorithm>

namespace ingot::app {
namespace {

// Levenshtein's distance: letters added, left out or changed.
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            size_t const changed = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            corner = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view written, std::vector<std::string> const& known) {
    constexpr size_t kDifferMax = 3, kWrittenMax = 100;
    if (written.size() > kWrittenMax) return {};
    size_t best = kDifferMax + 1;
    std::string nearest;
    for (auto const& word : known) {
        size_t const off = distance(written, word);
        if (off >= best || 2 * off >= std::max(written.size(), word.size())) continue;
        best = off;
        nearest = word;
    }
    return nearest;
}

}  // namespace ingot::app
