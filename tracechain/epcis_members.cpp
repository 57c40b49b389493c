// Lots named in the lists of an event, and what ingot:amounts says about them (spec/trace-semantics.md 1.2, 2.3).
#include <algorithm>

#include "base/encoding.hpp"
#include "tracechain/epcis_interpretation.hpp"

namespace ingot::tracechain {
namespace {

constexpr std::array<std::string_view, 12> kLineMembers = {
    "id", "side", "role", "gross", "dry", "elements", "economic", "custom", "pieces", "final", "status", "uom"};
constexpr std::array<std::string_view, 3> kSides = {"item", "input", "output"};
// Input roles first, then output roles, each in the order of its enumeration.
constexpr std::array<std::string_view, 10> kRoles = {"feed",       "return", "additive", "aux", "product",
                                                     "by_product", "scrap",  "waste",    "wip", "loss"};
constexpr size_t kFirstOutputRole = 4;

// Sums stay far from the end of int64: each amount is at most 4e18.
bool add_amount(Interpretation& in, Amounts& amounts, Basis const& basis, int64_t value, JsonValue const& at) {
    int64_t sum = amounts.value(basis);
    if (value > kAmountMax - sum) {
        in.faults.add(at, Code::AmountRange, "the amounts of this lot add up to more than 4e18 base units",
                      "该批次的数量合计超过 4e18 个基本单位");
        return false;
    }
    amounts.set(basis, sum + value);
    return true;
}

// quantity and uom of a quantity list entry (1.2).
void add_quantity(Interpretation& in, Member& member, JsonValue const& entry) {
    JsonValue const* quantity = entry.find("quantity");
    if (quantity == nullptr) return;
    JsonValue const* uom = entry.find("uom");
    std::optional<Unit> unit = uom == nullptr ? std::optional<Unit>(kPieces) : find_unit(uom->text);
    if (!unit) {
        if (!in.terms.strict) {
            in.warn("uom-unknown", entry);
            return;
        }
        in.faults.add(*uom, Code::UomUnknown,
                      "unknown unit " + shown(*uom) + "; use KGM, TNE, GRM, LTR, MTR, MTK, C62 or no uom for pieces",
                      "未知单位 " + shown(*uom) + "；可用 KGM、TNE、GRM、LTR、MTR、MTK、C62，或省略表示件数");
        return;
    }
    auto exact = parse_amount(quantity->text, unit->factor);
    if (!exact) {
        in.faults.add(*quantity, exact.error());
        return;
    }
    if (exact->rounded) in.warn("amount-rounded", entry);
    add_amount(in, member.amounts, Basis{unit->basis, {}}, exact->value, *quantity);
}

// True for /01/G/10/L/21/S in any spelling that can hold both; sorting the rest out is ident's.
bool may_name_its_lot(ident::LotKey const& key, std::string_view uri) {
    return key.kind == ident::LotKey::Kind::Gs1 && uri.starts_with("http") &&
           (uri.find("/10/") != std::string_view::npos || uri.find("/lot/") != std::string_view::npos);
}

void add_lot(Interpretation& in, JsonValue const& entry, JsonValue const& uri, LotList const& list, size_t place) {
    auto key = in.lot_key(uri);
    if (!key) return;
    Member* member = find_member(in, list.side, key->canonical);
    if (member == nullptr) {
        member = &in.event.members.emplace_back();
        member->uri = std::string(uri.text);
        member->side = list.side;
        member->pointer = pointer_step(field_name(list.field)) + "/" + std::to_string(place);
        if (may_name_its_lot(*key, uri.text)) {
            if (auto lot = ident::epc_lot_of(uri.text))
                if (auto lot_key = ident::canon(*lot, in.terms.hosts)) member->lot_of_serial = lot_key->canonical;
        }
        member->lot = std::move(*key);
        in.members_by_key[size_t(list.side)].emplace(member->lot.canonical, in.event.members.size() - 1);
    }
    member->instance = member->instance || list.instances;
    if (!list.instances) add_quantity(in, *member, entry);
}

// One line of ingot:amounts while it is read.
struct Line {
    JsonValue const* at = nullptr;
    Side side = Side::Item;
    std::optional<size_t> role;
    bool is_loss = false;
    std::optional<Unit> unit = kKilogram;  // nothing: unknown, masses stay unspecified
    Amounts amounts;                       // stated in this line
};

bool read_side(Interpretation& in, JsonValue const* side, Line& line) {
    bool transformation = in.event.type == EventType::Transformation;
    if (side == nullptr) {
        if (!transformation) return true;
        in.lacks(*line.at, "side", "\"output\"");
        return false;
    }
    auto place = in.word(*side, kSides);
    if (!place) return false;
    line.side = Side(*place);
    if ((line.side == Side::Item) != transformation) return true;
    in.faults.add(*side, "extension",
                  transformation ? "ingot:side must be input or output in a TransformationEvent"
                                 : "ingot:side must be item outside TransformationEvents",
                  transformation ? "TransformationEvent 中 ingot:side 必须是 input 或 output"
                                 : "非 TransformationEvent 中 ingot:side 必须是 item");
    return false;
}

bool read_role(Interpretation& in, JsonValue const* role, Line& line) {
    if (role == nullptr) return true;
    line.role = in.word(*role, kRoles);
    if (!line.role) return false;
    bool is_output_role = *line.role >= kFirstOutputRole;
    line.is_loss = role->text == "loss";
    bool fits = line.side == Side::Item ? !line.is_loss : is_output_role == (line.side == Side::Output);
    if (fits) return true;
    in.faults.add(*role, "extension",
                  "role " + shown(*role) +
                      " does not fit the side; inputs are feed, return, additive or aux, outputs "
                      "product, by_product, scrap, waste, wip or loss",
                  "角色 " + shown(*role) +
                      " 与 ingot:side 不符；输入为 feed、return、additive、aux，输出为 product、"
                      "by_product、scrap、waste、wip、loss");
    return false;
}

void read_unit(Interpretation& in, JsonValue const* uom, Line& line) {
    if (uom == nullptr) return;
    line.unit = uom->is_string() ? find_unit(uom->text) : std::nullopt;
    if (line.unit && line.unit->basis == BasisKind::gross_mass) return;
    line.unit.reset();
    if (!in.terms.strict) {
        in.warn("uom-unknown", *uom);
        return;
    }
    in.faults.add(*uom, Code::UomUnknown, "ingot:uom must be a unit of mass such as KGM or TNE, not " + shown(*uom),
                  "ingot:uom 必须是质量单位，例如 KGM、TNE；现为 " + shown(*uom));
}

void set_stated(Interpretation& in, Line& line, Basis const& basis, JsonValue const& value, int64_t amount) {
    if (line.amounts.get(basis)) {
        in.faults.add(value, Code::AmountDuplicate, "the amount on this basis stands twice in one line",
                      "同一行中该基准的数量出现两次");
    }
    line.amounts.set(basis, amount);
}

void read_elements(Interpretation& in, JsonValue const& list, Line& line) {
    if (!in.is_array(list)) return;
    constexpr std::array<std::string_view, 2> kMembers = {"element", "mass"};
    for (JsonValue const& item : list) {
        if (!in.is_object(item)) continue;
        auto [element, mass] = in.members(item, kMembers);
        if (element == nullptr) in.lacks(item, "element", "\"Pb\"");
        if (mass == nullptr) in.lacks(item, "mass", "67200");
        if (element == nullptr || mass == nullptr) continue;
        if (!element->is_string() || !is_element_name(element->text)) {
            in.faults.add(
                *element, "extension",
                "ingot:element must be a chemical symbol or formula such as Pb or SiO2, not " + shown(*element),
                "ingot:element 必须是化学符号或化学式，例如 Pb、SiO2；现为 " + shown(*element));
            continue;
        }
        if (!line.unit) continue;
        if (auto amount = in.amount(*mass, line.unit->factor))
            set_stated(in, line, Basis{BasisKind::element, std::string(element->text)}, *mass, *amount);
    }
}

// A delta adjust may take away: negative gross or dry. The sign goes to the adjust, the line keeps the magnitude.
void read_mass(Interpretation& in, JsonValue const* value, BasisKind basis, Line& line) {
    if (value == nullptr || !line.unit) return;
    bool delta = in.event.adjust && !in.event.adjust->count;
    auto amount = in.amount(*value, line.unit->factor, delta);
    if (!amount) return;
    if (*amount < 0) in.event.adjust->negative = true;
    set_stated(in, line, Basis{basis, {}}, *value, *amount < 0 ? -*amount : *amount);
}

void read_pieces(Interpretation& in, JsonValue const* value, Line& line) {
    if (value == nullptr) return;
    auto amount = parse_amount(value->text, kPieces.factor);
    if ((value->is_number() || value->is_string()) && amount && !amount->rounded) {
        set_stated(in, line, Basis{BasisKind::count, {}}, *value, amount->value);
        return;
    }
    in.faults.add(*value, "extension", "ingot:pieces must be a whole number, zero or more, not " + shown(*value),
                  "ingot:pieces 必须是不小于零的整数，现为 " + shown(*value));
}

// A stated amount must equal what the list says on the same basis; then both are one.
void merge(Interpretation& in, Line const& line, Member& member) {
    for (Amounts::Line const& stated : line.amounts.lines()) {
        auto listed = member.amounts.get(stated.basis);
        if (listed && *listed != stated.amount) {
            in.faults.add(*line.at, Code::AmountMismatch,
                          "ingot:amounts and the quantity list disagree: " + std::to_string(stated.amount) + " and " +
                              std::to_string(*listed) + " base units; say the same in both",
                          "ingot:amounts 与数量清单不一致：" + std::to_string(stated.amount) + " 和 " +
                              std::to_string(*listed) + " 个基本单位；两处须相同");
            return;
        }
        member.amounts.set(stated.basis, stated.amount);
    }
}

void check_consistent(Interpretation& in, Line const& line, Amounts const& amounts) {
    auto gross = amounts.get({BasisKind::gross_mass, {}});
    auto dry = amounts.get({BasisKind::dry_mass, {}});
    int64_t elements = 0;
    bool over = dry && gross && *dry > *gross;
    auto limit = dry ? dry : gross;
    for (Amounts::Line const& stated : line.amounts.lines()) {
        if (stated.basis.kind != BasisKind::element) continue;
        over = over || stated.amount > kAmountMax - elements;
        if (!over) elements += stated.amount;
    }
    over = over || (limit && elements > *limit);
    if (!over) return;
    in.faults.add(*line.at, Code::AmountInconsistent,
                  "dry must not exceed gross, and the elements together must not exceed dry (or gross)",
                  "干量不得大于毛量，各元素之和不得大于干量（或毛量）");
}

void read_flags(Interpretation& in, JsonValue const* final, JsonValue const* status, Line const& line, Member& member) {
    if (final != nullptr) {
        auto is_final = in.boolean(*final);
        member.final = is_final.value_or(false);
        if (member.final && line.side != Side::Input) {
            in.faults.add(*final, "extension", "ingot:final is for inputs only", "ingot:final 只用于输入");
        }
    }
    if (status != nullptr) (void)in.word(*status, kAssayStatuses);  // faults name it when it is none
    if (!line.role) return;
    if (line.side == Side::Input) member.input_role = InputRole(*line.role + 1);
    if (line.side == Side::Output) member.output_role = OutputRole(*line.role - kFirstOutputRole + 1);
}

// The lot of a line; nothing for a loss without id, a null pointer after a fault.
std::optional<Member*> find_lot_of_line(Interpretation& in, JsonValue const* id, Line const& line) {
    if (id == nullptr) {
        if (line.is_loss) return std::nullopt;
        in.lacks(*line.at, "id", "\"https://ingot.example/88.999.1/L1\"");
        return nullptr;
    }
    auto key = in.lot_key(*id);
    if (!key) return nullptr;
    Member* member = find_member(in, line.side, key->canonical);
    if (member != nullptr) return member;
    in.faults.add(*id, Code::AmountUnknownLot,
                  "ingot:amounts names " + shown(*id) + ", which is in no list of the event on side " +
                      std::string(kSides[size_t(line.side)]),
                  "ingot:amounts 中的 " + shown(*id) + " 不在事件的相应清单中");
    return nullptr;
}

void read_line(Interpretation& in, JsonValue const& value, std::vector<bool>& has_line) {
    if (!in.is_object(value)) return;
    auto [id, side, role, gross, dry, elements, economic, custom, pieces, final, status, uom] =
        in.members(value, kLineMembers);
    Line line;
    line.at = &value;
    if (!read_side(in, side, line) || !read_role(in, role, line)) return;
    read_unit(in, uom, line);
    auto found = find_lot_of_line(in, id, line);
    if (found && *found == nullptr) return;
    read_mass(in, gross, BasisKind::gross_mass, line);
    read_mass(in, dry, BasisKind::dry_mass, line);
    if (elements != nullptr) read_elements(in, *elements, line);
    if (economic != nullptr)
        if (auto amount = in.amount(*economic, kReporterUnit))
            set_stated(in, line, Basis{BasisKind::economic, {}}, *economic, *amount);
    if (custom != nullptr)
        if (auto amount = in.amount(*custom, kReporterUnit))
            set_stated(in, line, Basis{BasisKind::custom, {}}, *custom, *amount);
    read_pieces(in, pieces, line);
    if (!found) {
        check_consistent(in, line, line.amounts);
        in.event.losses.push_back({line.amounts});
        return;
    }
    Member& member = **found;
    size_t place = size_t(&member - in.event.members.data());
    if (has_line[place]) {
        in.faults.add(value, Code::AmountDuplicate, "two lines of ingot:amounts for one lot on one side; join them",
                      "同一批次同一侧在 ingot:amounts 中有两行；请合并");
        return;
    }
    has_line[place] = true;
    merge(in, line, member);
    check_consistent(in, line, member.amounts);
    read_flags(in, final, status, line, member);
}

}  // namespace

Member* find_member(Interpretation& in, Side side, std::string_view canonical) {
    auto const& index = in.members_by_key[size_t(side)];
    auto found = index.find(canonical);
    return found == index.end() ? nullptr : &in.event.members[found->second];
}

void read_lots(Interpretation& in) {
    size_t total = 0;
    for (LotList const& list : kLotLists) total += in.fields.items(list.field);
    if (total > in.terms.limits.event_members_max) {
        in.faults.add(*in.fields.event, Code::CaptureLimit,
                      "the event names " + std::to_string(total) + " lots; at most " +
                          std::to_string(in.terms.limits.event_members_max) + " are allowed, split the event",
                      "事件包含 " + std::to_string(total) + " 个批次，最多 " +
                          std::to_string(in.terms.limits.event_members_max) + "；请拆分事件");
        return;
    }
    in.event.members.reserve(total);  // members_by_key points into them
    for (LotList const& list : kLotLists) {
        if (in.fields.items(list.field) == 0) continue;
        size_t place = 0;
        for (JsonValue const& entry : *in.fields[list.field]) {
            if (in.faults.full()) return;
            JsonValue const* uri = list.instances ? &entry : entry.find("epcClass");
            if (uri != nullptr) add_lot(in, entry, *uri, list, place);
            ++place;
        }
    }
    if (JsonValue const* parent = in.fields[Field::parent_id]) {
        in.event.parent = in.lot_key(*parent);
        in.event.parent_uri = std::string(parent->text);
    }
    if (JsonValue const* id = in.fields[Field::transformation_id]) {
        in.event.transformation = in.lot_key(*id);
        in.event.transformation_uri = std::string(id->text);
    }
}

void read_amounts(Interpretation& in) {
    JsonValue const* lines = in.extension(Extension::amounts);
    if (lines == nullptr || !in.is_array(*lines)) return;
    constexpr size_t kLinesMax = 10'000;
    if (lines->count > kLinesMax) {
        in.faults.add(*lines, Code::CaptureLimit, "ingot:amounts has more than 10000 lines; split the event",
                      "ingot:amounts 超过 10000 行；请拆分事件");
        return;
    }
    std::vector<bool> has_line(in.event.members.size());
    for (JsonValue const& line : *lines) {
        if (in.faults.full()) return;
        read_line(in, line, has_line);
    }
}

}  // namespace ingot::tracechain
