// Identifiers of the node: prefix "/" suffix (spec/identifiers.md 2). Holding one of these types is the proof that
// its text obeys the grammar. Text is UTF-8, kept and returned unchanged (the display form); the canonical form is
// what is compared and stored under. Values are immutable; all functions are thread safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ingot::ident {

// How ASCII letters compare (identifiers.md 2.3). Insensitive: the canonical form folds a-z to A-Z. Bytes above
// 0x7F always compare exactly, and "0.NA" always compares without case.
enum class CaseRule { Insensitive, Sensitive };

// The rule used where none is passed: Insensitive unless the data folder says otherwise. Set once at start-up,
// before the first identifier is read.
CaseRule default_case_rule();
void set_default_case_rule(CaseRule rule);

// seg *("." seg) with seg = 1*(ALPHA / DIGIT / "-" / "_"). Segments are text: 88.101.0042 is not 88.101.42.
class Prefix {
  public:
    // At most 255 bytes. Code::InvalidIdentifier.
    static Result<Prefix> parse(std::string_view text, CaseRule rule = default_case_rule());
    // A prefix to be hosted here: at most 64 bytes, not 0.NA, and at most three segments under 88 and 86.
    static Result<Prefix> parse_for_registration(std::string_view text, CaseRule rule = default_case_rule());

    std::string_view text() const { return text_; }  // as written
    std::string const& canonical() const { return canonical_; }
    // issuer.industry[.enterprise]: 2 digits, 3 to 5 digits, 1 to 128 digits.
    bool is_vaa() const;
    bool is_na() const { return canonical_ == "0.NA"; }
    size_t segments() const;

    bool operator==(Prefix const& other) const { return canonical_ == other.canonical_; }

  private:
    friend class Identifier;
    Prefix(std::string text, std::string canonical) : text_(std::move(text)), canonical_(std::move(canonical)) {}
    std::string text_, canonical_;
};

class Identifier {
  public:
    // What may be asked for: a valid prefix, and a suffix of well-formed UTF-8 without NUL; 2,048 bytes in all.
    // A bare prefix of two or more segments is its prefix record: 88.111.1 is 0.NA/88.111.1.
    // Code::InvalidIdentifier.
    static Result<Identifier> parse(std::string_view text, CaseRule rule = default_case_rule());
    // What may be created: also every refusal of identifiers.md 2.2, prefix at most 64 and 1,024 bytes in all.
    static Result<Identifier> parse_for_registration(std::string_view text, CaseRule rule = default_case_rule());
    // Joins two parts that are already valid. Code::InvalidIdentifier when together they pass 2,048 bytes.
    static Result<Identifier> join(Prefix const& prefix, std::string_view suffix, CaseRule rule = default_case_rule());
    // 0.NA/<prefix>
    static Identifier of_prefix(Prefix const& prefix);

    Prefix const& prefix() const { return prefix_; }
    std::string_view suffix() const { return std::string_view(display_).substr(prefix_.text().size() + 1); }
    std::string_view canonical_suffix() const {
        return std::string_view(canonical_).substr(prefix_.canonical().size() + 1);
    }
    std::string const& display() const { return display_; }      // what answers show
    std::string const& canonical() const { return canonical_; }  // what keys and comparisons use
    // True of 0.NA/<valid prefix>.
    bool is_prefix_record() const;
    // The prefix a prefix record is about. Only when is_prefix_record(); else throws std::logic_error.
    Prefix subject_prefix() const;

    bool operator==(Identifier const& other) const { return canonical_ == other.canonical_; }

  private:
    Identifier(Prefix prefix, std::string display, std::string canonical)
        : prefix_(std::move(prefix)), display_(std::move(display)), canonical_(std::move(canonical)) {}
    static Result<Identifier> read(std::string_view text, CaseRule rule);
    Prefix prefix_;
    std::string display_, canonical_;
};

// Suffixes whose creation needs a right of its own (identifiers.md 2.5). Compared without case.
enum class Reserved {
    None,
    Template,       // META_<id>: template manager of the prefix
    Identity,       // User_ App_ Group_<name>: prefix administrator
    Administrator,  // ADMIN: platform administrator
    TrustRoot,      // 0.0: nobody on a secondary node
    DidDocument,    // did.json: nobody; served by the node
};

// Whether one of these identifiers exists.
using AnyExists = std::function<bool(std::vector<Identifier> const&)>;

// META_x followed by more text is an ordinary instance when the template META_x exists. Asked only about META_ names,
// once, with at most 32 names: the text of a template's name after META_ is at most 32 bytes (the node makes 10).
Reserved reserved_name(Identifier const& identifier, AnyExists const& any_exists = {});

}  // namespace ingot::ident
