// A coding profile says how the suffixes of an enterprise are built and checked (spec/identifiers.md 7.1 to 7.3).
// Immutable after parse; all functions are thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ident/check_character.hpp"
#include "ident/identifier.hpp"

namespace ingot::ident {

enum class SegmentKind { Literal, Enum, Text, Date, Counter, Station };
enum class Charset { Digit, Upper, AlnumUpper, AlnumUpperDash };
enum class DateFormat { YyyyMmDd, YyMmDd, YyyyMm, Yyyy, YyDdd };
enum class CheckMode { None, Optional, Required };
enum class CheckOver { Identifier, Suffix };
enum class Overflow { Refuse, Widen };

struct Segment {
    std::string name;
    SegmentKind kind = SegmentKind::Literal;
    std::string value;                                         // literal
    std::map<std::string, std::string> values;                 // enum: code -> label
    Charset charset = Charset::AlnumUpper;                     // text
    size_t min = 1, max = 1;                                   // text: characters
    DateFormat format = DateFormat::YyyyMmDd;                  // date
    uint32_t width = 0, base = 10;                             // counter; width also of a station
    uint64_t start = 1;                                        // counter
    std::vector<std::string> scope;                            // counter: names of earlier segments
    std::map<std::string, std::vector<std::string>> omit_for;  // segment -> values for which this one vanishes
};

struct CheckRule {
    CheckMode mode = CheckMode::None;
    CheckOver over = CheckOver::Identifier;
    std::string join = "-";  // stands before the check character; may be empty
};

// What a suffix is to a profile.
enum class Shape {
    NoMatch,     // not of this profile
    WrongCheck,  // the segments fit, the check character is wrong, or missing though required
    Match,
};

struct ParsedCode {
    std::map<std::string, std::string> values;  // segment -> text as written in the code; omitted segments absent
    uint64_t number = 0;                        // the counter
    std::string scope_key;                      // as CodeRenderer::scope_key
    bool has_check = false;
};

class CodeRenderer;
struct ProfileDocument;  // what the document says: ident/profile_document.hpp, internal

class CodingProfile {
  public:
    // Code::ProfileViolation with every fault (JSON pointers into the document).
    static Result<CodingProfile> parse(std::string_view json);
    // The profile shipped with the node: "nonferrous-default" version 1, prefix "*".
    static CodingProfile const& nonferrous_default();

    std::string const& name() const;
    uint32_t version() const;
    std::string const& prefix() const;  // an enterprise prefix, or "*"
    bool fits(Prefix const& prefix) const;
    std::string const& json() const;  // the document as parsed, byte for byte
    char separator() const;
    std::vector<Segment> const& segments() const;
    CheckRule const& check() const;
    std::string const& timezone() const;
    int date_back_days() const;
    int date_forward_days() const;
    Overflow overflow() const;
    bool free_form() const;

    // Prepares the codes of one set of values. `values` holds the text of each segment but literals and the counter,
    // under the segment's name. A date is "yyyy-MM-dd"; absent means the business date of `now` in the profile's time
    // zone, and one given must lie within dateBack and dateForward days of that.
    // Code::ProfileViolation with every fault (pointers "/values/<name>"): missing, unknown or not fitting values.
    Result<CodeRenderer> renderer(Prefix const& prefix, std::map<std::string, std::string> const& values,
                                  Time now) const;

    Shape shape(Identifier const& identifier) const;
    // The values of a code whose shape is Match.
    std::optional<ParsedCode> parse_code(Identifier const& identifier) const;

  private:
    explicit CodingProfile(std::shared_ptr<ProfileDocument const> document) : document_(std::move(document)) {}
    std::shared_ptr<ProfileDocument const> document_;  // shared by copies of the profile; immutable
};

// Renders the codes of one set of values: everything that does not depend on the number is done once.
class CodeRenderer {
  public:
    // The scope values joined by U+001F, in the order of `scope`, omitted segments left out. Together with prefix and
    // profile name it names the counter; the profile version is no part of it.
    std::string const& scope_key() const { return scope_key_; }
    uint64_t first_number() const { return first_; }
    // The last number that has a code: base^width - 1, or with overflow "widen" 10^18 - 1 (36^12 - 1).
    uint64_t last_number() const { return last_; }
    // The whole code, prefix included. `number` is at most last_number().
    std::string render(uint64_t number) const;
    void append(uint64_t number, std::string& out) const;
    // The values used, the date as rendered.
    std::map<std::string, std::string> const& values() const { return values_; }

  private:
    friend class ValueReader;
    CodeRenderer() = default;
    std::string fixed_;  // prefix "/" segments and separators before the counter
    std::string join_;
    CheckCharacter checked_;  // after `fixed_`
    CheckMode mode_ = CheckMode::None;
    std::string scope_key_;
    std::map<std::string, std::string> values_;
    uint32_t width_ = 0, base_ = 10;
    uint64_t first_ = 1, last_ = 0;
};

// The first profile, in the order given (newest version first), that matches; else the first with the right shape and a
// wrong check character.
struct ProfileMatch {
    CodingProfile const* profile = nullptr;  // null: no profile has this shape
    Shape shape = Shape::NoMatch;
};
ProfileMatch match_profiles(std::vector<CodingProfile> const& newest_first, Identifier const& identifier);

}  // namespace ingot::ident
