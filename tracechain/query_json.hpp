// A small streaming JSON writer with the number formats of trace answers (spec/trace-semantics.md 3.7 "Numbers"):
// shares with 12 significant digits, kg with at most 6 decimals, times in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

class JsonText {
  public:
    JsonText& object();
    JsonText& end_object();
    JsonText& array();
    JsonText& end_array();
    JsonText& name(std::string_view member);
    JsonText& members(std::string_view object);  // those of an object already written
    JsonText& text(std::string_view value);
    JsonText& number(double value);  // 12 significant digits
    JsonText& integer(int64_t value);
    JsonText& count(uint64_t value);
    JsonText& boolean(bool value);
    JsonText& null();
    JsonText& kg(int64_t mg);
    JsonText& time(int64_t micros, int digits);
    JsonText& fixed(double value, int decimals);
    // A member named `<word>_kg`, or for lots that are not weighed `quantity` (the word `quantity`) or `<word>` and
    // `uom`: amounts in base units of the basis.
    JsonText& amount(std::string_view word, storage::Basis const& basis, int64_t base_units);

    // Begins a line of NDJSON: the object that follows gets {"row":"<word>", first.
    JsonText& row(std::string_view word) {
        row_ = word;
        return *this;
    }
    JsonText& line() {  // ends a line of NDJSON
        out_ += '\n';
        comma_ = false;
        return *this;
    }
    std::string take() { return std::exchange(out_, {}); }
    size_t size() const { return out_.size(); }

  private:
    void before();
    std::string out_;
    std::string_view row_;  // a literal
    bool comma_ = false;
};

std::string share_text(double value);
std::string kg_text(int64_t mg);
bool is_mass(storage::Basis const& basis);
std::string_view uom_of(storage::Basis const& basis);
// share * quantity, half to even, in base units.
int64_t part_of(double share, int64_t quantity);

}  // namespace ingot::tracechain
