// Element strings: AI data of scans and typed bracket forms (spec/gs1-resolver.md 4).
#include <algorithm>

#include "ident/digital_link_rules.hpp"
#include "ident/digits.hpp"

namespace ingot::ident {
namespace {

constexpr char kGs = '\x1D';

tl::unexpected<Error> refuse_ai(std::string_view ai, size_t at) {
    Error error =
        error_at(Code::DlUnknownAi, at, ai.size(), "the application identifier is not known", "未知的应用标识符");
    error.with("ai", std::string(ai));
    return fail(std::move(error));
}

// Checks one pair and keeps it; the same pair again adds nothing.
Result<void> keep(std::vector<AiItem>& items, AiItem item) {
    if (auto checked = check_ai_value(*find_ai(item.pair.ai), item.pair.value); !checked)
        return fail(place(checked.error(), item.pair.ai, item.value_at, item.value_length));
    for (auto const& before : items) {
        if (before.pair.ai != item.pair.ai) continue;
        if (before.pair.value == item.pair.value) return {};
        return refuse_duplicate(item.pair.ai, item.ai_at, item.pair.ai.size());
    }
    items.push_back(std::move(item));
    return {};
}

bool is_qualifier(KeyRow const& key, std::string const& ai) {
    auto has = [&](std::vector<std::string> const& sequence) { return holds_all(sequence, {ai}); };
    return std::any_of(key.alternatives.begin(), key.alternatives.end(), has);
}

// The sequence of the key that takes most of the AIs and leaves none that could only stand in the path.
std::vector<std::string> choose_sequence(KeyRow const& key, std::vector<AiItem> const& items, AiItem const*& misfit) {
    std::vector<std::string> best;
    size_t best_taken = 0;
    bool found = false;
    for (auto const& sequence : key.alternatives) {
        size_t taken = 0;
        AiItem const* left_over = nullptr;
        for (auto const& item : items) {
            if (holds_all(sequence, {item.pair.ai})) {
                ++taken;
            } else if (is_qualifier(key, item.pair.ai) && !find_ai(item.pair.ai)->attribute) {
                left_over = &item;
            }
        }
        if (left_over) {
            misfit = left_over;
        } else if (!found || taken > best_taken) {
            best = sequence;
            best_taken = taken;
            found = true;
        }
    }
    if (found) misfit = nullptr;
    return best;
}

Result<DigitalLink> build(std::vector<AiItem> const& items, size_t end) {
    auto find_item = [&](std::string_view ai) {
        return std::find_if(items.begin(), items.end(), [&](AiItem const& item) { return item.pair.ai == ai; });
    };
    auto const& keys = key_rows();
    auto key =
        std::find_if(keys.begin(), keys.end(), [&](KeyRow const& row) { return find_item(row.ai) != items.end(); });
    if (key == keys.end()) return refuse_at(Code::DlNoKey, 0, 0, "the data holds no GS1 key", "数据中没有 GS1 主键");
    AiItem const* misfit = nullptr;
    std::vector<std::string> sequence = choose_sequence(*key, items, misfit);
    if (misfit) {
        Error error = error_at(Code::DlQualifierOrder, misfit->ai_at, misfit->pair.ai.size(),
                               "AI " + misfit->pair.ai + " does not go together with the other qualifiers",
                               "应用标识符 " + misfit->pair.ai + " 与其他限定符不能同时使用");
        error.with("ai", misfit->pair.ai).with("expected", key->expected());
        return fail(std::move(error));
    }
    DigitalLink link;
    std::vector<AiItem> path{*find_item(key->ai)};
    for (auto const& ai : sequence)
        if (auto item = find_item(ai); item != items.end()) path.push_back(*item);
    if (auto checked = check_qualifiers(path, end); !checked) return fail(checked.error());
    link.key = path[0].pair;
    for (size_t i = 1; i < path.size(); ++i) link.qualifiers.push_back(path[i].pair);
    for (auto const& item : items)
        if (item.pair.ai != key->ai && !holds_all(sequence, {item.pair.ai})) link.attributes.push_back(item.pair);
    return link;
}

// The pair that begins at `at`; moves past it and a separator after it.
Result<AiItem> next_pair(std::string_view data, size_t& at) {
    size_t start = at;
    std::string_view ai = data.substr(at, ai_length(data.substr(at, 2)));
    AiRow const* row = find_ai(ai);
    if (!row) return refuse_ai(ai, start);
    at += ai.size();
    size_t separator = std::min(data.find(kGs, at), data.size());
    size_t end = row->predefined ? std::min(at + row->max_length(), separator) : separator;
    AiItem item{{std::string(ai), std::string(data.substr(at, end - at))}, start, at, end - at};
    at = end < data.size() && data[end] == kGs ? end + 1 : end;
    return item;
}

}  // namespace

Result<DigitalLink> parse_element_string(std::string_view data) {
    std::vector<AiItem> items;
    for (size_t at = 0; at < data.size();) {
        auto item = next_pair(data, at);
        if (!item) return fail(item.error());
        if (auto kept = keep(items, *std::move(item)); !kept) return fail(kept.error());
    }
    return build(items, data.size());
}

Result<DigitalLink> parse_bracketed_element_string(std::string_view text) {
    std::vector<AiItem> items;
    for (size_t at = 0; at < text.size();) {
        size_t close = text.find(')', at);
        std::string_view ai = text.substr(at, close == std::string_view::npos ? 0 : close - at);
        if (ai.empty() || ai[0] != '(' || !find_ai(ai.substr(1)) || !all_digits(ai.substr(1)))
            return refuse_ai(text.substr(at, std::min<size_t>(ai.size(), 5)), at);
        size_t value_at = std::min(text.find_first_not_of(' ', close + 1), text.size());  // blanks of the HRI form
        AiItem item{{std::string(ai.substr(1)), {}}, at + 1, value_at, 0};
        for (at = value_at; at < text.size() && text[at] != '('; ++at) {
            if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '(') ++at;
            item.pair.value += text[at];
        }
        item.value_length = at - item.value_at;
        item.pair.value.resize(item.pair.value.find_last_not_of(' ') + 1);
        if (auto kept = keep(items, std::move(item)); !kept) return fail(kept.error());
    }
    return build(items, text.size());
}

std::optional<DigitalLink> parse_plain_key(std::string_view digits) {
    size_t count = digits.size();
    bool gtin = count == 8 || count == 12 || count == 13 || count == 14;
    if ((!gtin && count != 18) || !all_digits(digits)) return std::nullopt;
    AiValue key{gtin ? "01" : "00", std::string(gtin ? 14 - count : 0, '0') + std::string(digits)};
    if (!check_ai_value(*find_ai(key.ai), key.value)) return std::nullopt;
    return DigitalLink{std::move(key), {}, {}};
}

}  // namespace ingot::ident
