#include "ident/digital_link_rules.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::ident {
namespace {

using Sequence = std::vector<std::string>;

bool holds(Sequence const& sequence, std::string_view ai) {
    return std::find(sequence.begin(), sequence.end(), ai) != sequence.end();
}

std::string joined(Sequence const& sequence) {
    std::string out;
    for (auto const& ai : sequence) out += (out.empty() ? "" : ",") + ai;
    return out;
}

Error with_ai(Error error, std::string_view ai, std::string expected) {
    error.with("ai", std::string(ai));
    if (!expected.empty()) error.with("expected", std::move(expected));
    return error;
}

// Key and qualifiers as a path in the order of `sequence`.
std::string sorted_path(AiValue const& key, std::vector<AiValue> const& qualifiers, Sequence const& sequence) {
    DigitalLink link{key, {}, {}};
    for (auto const& ai : sequence)
        for (auto const& qualifier : qualifiers)
            if (qualifier.ai == ai) link.qualifiers.push_back(qualifier);
    return link.path();
}

tl::unexpected<Error> refuse_not_allowed(KeyRow const& key, AiItem const& item) {
    std::string expected = key.expected();
    std::string what = "AI " + item.pair.ai + " is no qualifier of AI " + key.ai;
    what += expected.empty() ? ", which has none" : "; allowed are " + expected;
    Error error = error_at(Code::DlQualifierNotAllowed, item.ai_at, item.pair.ai.size(), what,
                           "应用标识符 " + item.pair.ai + " 不是 " + key.ai + " 的限定符");
    return fail(with_ai(std::move(error), item.pair.ai, expected));
}

// The qualifiers up to items[at] fit no sequence of the key.
tl::unexpected<Error> refuse_order(KeyRow const& key, std::vector<AiItem> const& items, size_t at) {
    Sequence seen;
    for (size_t i = 1; i <= at; ++i) seen.push_back(items[i].pair.ai);
    Sequence const* sequence = nullptr;
    for (auto const& alternative : key.alternatives)
        if (holds_all(alternative, seen)) sequence = &alternative;
    std::string const& ai = items[at].pair.ai;
    std::string detail = "AI " + ai + " does not go together with AI " + items[at - 1].pair.ai;
    std::string detail_zh = "应用标识符 " + ai + " 与 " + items[at - 1].pair.ai + " 不能同时使用";
    if (sequence) {
        detail = "AI " + ai + " must stand before AI " + items[at - 1].pair.ai;
        detail_zh = "应用标识符 " + ai + " 应位于 " + items[at - 1].pair.ai + " 之前";
    }
    Error error = error_at(Code::DlQualifierOrder, items[at].ai_at, ai.size(), detail, detail_zh);
    error = with_ai(std::move(error), ai, sequence ? joined(*sequence) : key.expected());
    std::vector<AiValue> qualifiers;
    Sequence all;
    for (size_t i = 1; i < items.size(); ++i) {
        qualifiers.push_back(items[i].pair);
        all.push_back(items[i].pair.ai);
    }
    if (sequence && holds_all(*sequence, all)) error.with("solve", sorted_path(items[0].pair, qualifiers, *sequence));
    return fail(std::move(error));
}

}  // namespace

Error error_at(Code code, size_t position, size_t length, std::string detail, std::string detail_zh) {
    Error error{code, std::move(detail), std::move(detail_zh)};
    error.with("position", int64_t(position)).with("length", int64_t(length));
    return error;
}

tl::unexpected<Error> refuse_at(Code code, size_t position, size_t length, std::string detail, std::string detail_zh) {
    return fail(error_at(code, position, length, std::move(detail), std::move(detail_zh)));
}

tl::unexpected<Error> refuse_duplicate(std::string_view ai, size_t position, size_t length) {
    Error error = error_at(Code::DlDuplicateAi, position, length, "AI " + std::string(ai) + " stands twice",
                           "应用标识符 " + std::string(ai) + " 重复");
    error.with("ai", std::string(ai));
    return fail(std::move(error));
}

Error place(Error error, std::string_view ai, size_t position, size_t length) {
    error.with("position", int64_t(position)).with("length", int64_t(length));
    bool named = std::any_of(error.extras.begin(), error.extras.end(), [](Extra const& e) { return e.name == "ai"; });
    if (!named) error.with("ai", std::string(ai));
    return error;
}

bool is_in_order(Sequence const& sequence, Sequence const& ais) {
    auto from = sequence.begin();
    for (auto const& ai : ais) {
        from = std::find(from, sequence.end(), ai);
        if (from == sequence.end()) return false;
        ++from;
    }
    return true;
}

bool holds_all(Sequence const& sequence, Sequence const& ais) {
    return std::all_of(ais.begin(), ais.end(), [&](std::string const& ai) { return holds(sequence, ai); });
}

Result<void> check_qualifiers(std::vector<AiItem> const& items, size_t end) {
    KeyRow const& key = *find_key(items[0].pair.ai);
    AiNames seen{key.ai};
    Sequence order;
    for (size_t i = 1; i < items.size(); ++i) {
        std::string const& ai = items[i].pair.ai;
        if (!seen.insert(ai).second) return refuse_duplicate(ai, items[i].ai_at, ai.size());
        auto has = [&](Sequence const& alternative) { return holds(alternative, ai); };
        if (std::none_of(key.alternatives.begin(), key.alternatives.end(), has))
            return refuse_not_allowed(key, items[i]);
        order.push_back(ai);
        auto fits = [&](Sequence const& alternative) { return is_in_order(alternative, order); };
        if (std::none_of(key.alternatives.begin(), key.alternatives.end(), fits)) return refuse_order(key, items, i);
    }
    if (key.required.empty() || seen.count(key.required)) return {};
    Error error = error_at(Code::DlRequiredQualifier, end, 0, "AI " + key.ai + " needs AI " + key.required,
                           "应用标识符 " + key.ai + " 必须带有 " + key.required);
    return fail(with_ai(std::move(error), key.ai, key.required));
}

Result<void> check_attribute(DigitalLink const& link, AiItem const& item, size_t length) {
    std::string const& ai = item.pair.ai;
    Sequence needed{ai};
    for (auto const& qualifier : link.qualifiers) needed.push_back(qualifier.ai);
    for (auto const& sequence : find_key(link.key.ai)->alternatives) {
        if (!holds_all(sequence, needed)) continue;
        Error error = error_at(Code::DlQueryShouldBePath, item.ai_at, length, "AI " + ai + " belongs into the path",
                               "应用标识符 " + ai + " 应写在路径中");
        error = with_ai(std::move(error), ai, joined(sequence));
        std::vector<AiValue> qualifiers = link.qualifiers;
        qualifiers.push_back(item.pair);
        error.with("solve", sorted_path(link.key, qualifiers, sequence));
        return fail(std::move(error));
    }
    if (find_ai(ai)->attribute) return {};
    Error error = error_at(Code::DlQueryNotAttribute, item.ai_at, length, "AI " + ai + " is no attribute",
                           "应用标识符 " + ai + " 不能作为查询参数");
    return fail(with_ai(std::move(error), ai, {}));
}

}  // namespace ingot::ident
