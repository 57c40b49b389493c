#include "registry/registration.hpp"

#include <algorithm>

#include "registry/open_prefix.hpp"
#include "registry/record_values.hpp"

namespace ingot::registry {
namespace {

using storage::Record;
using storage::RecordState;

constexpr uint16_t kStored = 0x0101, kEnded = 0x0102;

tl::unexpected<Error> exists() { return fail(Code::IdentifierExists, "the identifier exists already", "标识已存在"); }
tl::unexpected<Error> is_void() {
    return fail(Code::Void, "the code was voided: it is never used again", "标识已作废，不再使用");
}
tl::unexpected<Error> is_withdrawn() { return fail(Code::Withdrawn, "the identifier was withdrawn", "标识已撤销"); }

Result<void> check_alive(Record const& record) {
    if (record.state == RecordState::voided) return is_void();
    if (record.state == RecordState::withdrawn) return is_withdrawn();
    return {};
}

Result<void> check_reserved_name(storage::Batch& batch, ident::Identifier const& identifier) {
    std::optional<Error> trouble;
    auto any_exists = [&](std::vector<ident::Identifier> const& names) {
        std::vector<std::string> keys;
        for (auto const& name : names) keys.push_back(storage::record_key(name));
        auto there = batch.multi_get(storage::Space::record, keys);
        if (!there) trouble = there.error();
        return there && std::any_of(there->begin(), there->end(), [](auto const& one) { return one.has_value(); });
    };
    ident::Reserved const kind = ident::reserved_name(identifier, any_exists);
    if (trouble) return fail(std::move(*trouble));
    if (kind == ident::Reserved::None) return {};
    return fail(Code::ReservedName, "this suffix is a reserved name", "标识后缀为保留名称");
}

Result<void> merge(Record& record, RecordPatch const& patch, Time now) {
    if (patch.values) record.values = *patch.values;
    for (auto const& [index, value] : patch.by_index) {
        std::erase_if(record.values, [i = index](auto const& held) { return held.index == i; });
        if (value) record.values.push_back(*value);
    }
    if (patch.template_version) record.template_version = *patch.template_version;
    if (record.state == RecordState::reserved && !record.values.empty()) record.state = RecordState::active;
    if (patch.state) {
        if (record.state == RecordState::reserved || *patch.state == RecordState::reserved)
            return fail(Code::State, "a reserved code becomes active by its record", "预留的编码需先登记内容才能启用");
        record.state = *patch.state;
    }
    std::vector<storage::RecordValue> before = record.values;
    if (auto checked = check_values(record.values, now, "/values"); !checked) return checked;
    // Values that did not change keep their time.
    for (auto& value : record.values) {
        bool const changed = patch.values || patch.by_index.contains(value.index);
        if (changed) continue;
        for (auto const& old : before)
            if (old.index == value.index) value.timestamp = old.timestamp;
    }
    return {};
}

}  // namespace

std::string record_etag(std::string_view canonical, uint64_t version, Visibility level, std::string_view form) {
    return make_etag(canonical, version, level, form);
}

Registrar::Registrar(Registry const& registry, Authorised const& allowed)
    : registry_(registry), prefix_(allowed.prefix()), owner_(allowed.owner()), by_(allowed.principal().id) {}

// The request was judged when it came; a prefix that was registered below it since, or has another owner, would be
// changed without having been asked for.
Result<Registrar::Standing> Registrar::stand(storage::Batch& batch, ident::Identifier const& identifier) const {
    if (auto open = check_open_prefix(batch, prefix_); !open) return fail(std::move(open.error()));
    auto known = registry_.directory_in(batch);
    if (!known) return fail(std::move(known.error()));
    auto prefix = (*known)->prefix_of(identifier.prefix().canonical());
    if (!prefix || prefix->prefix != prefix_ || prefix->enterprise != owner_)
        return fail(Code::State, "whose prefix this is has changed meanwhile: send the request again",
                    "前缀的归属刚发生变化，请重新发送请求");
    return Standing{std::move(*known), std::move(prefix)};
}

bool Registrar::may_assign(Standing const& standing) const {
    auto const who = standing.known->principal(by_);
    return who && authorize(*who, Act::CodeAssign, {prefix_, owner_}).verdict == Verdict::Allow;
}

RecordChanged Registrar::store(storage::Batch& batch, ident::Identifier const& identifier, Record record,
                               bool created) const {
    record.changed = batch.time();
    record.changed_by = by_;
    RecordChanged done{std::move(record), identifier.canonical(), created, {}};
    std::string key = storage::record_key(identifier);
    std::string bytes = storage::encode(done.record);
    bool const ended = done.record.state == RecordState::voided || done.record.state == RecordState::withdrawn;
    add_leaf(batch,
             storage::make_leaf(registry_.random(), ended ? kEnded : kStored, prefix_, done.canonical,
                                storage::Space::record, storage::history_key(key, done.record.version), bytes),
             done.log);
    storage::put_record(batch, std::move(key), done.record.version, std::move(bytes));
    return done;
}

Result<Record> Registrar::existing(storage::Batch& batch, ident::Identifier const& identifier) const {
    if (auto standing = stand(batch, identifier); !standing) return fail(std::move(standing.error()));
    auto record = storage::find_record(batch, identifier);
    if (!record) return fail(std::move(record.error()));
    if (!record->has_value()) return fail(Code::NotFound, "there is no such identifier", "没有找到标识");
    return std::move(**record);
}

Result<void> Registrar::check_new_name(storage::Batch& batch, Standing const& standing,
                                       ident::Identifier const& identifier, bool& free_form) const {
    if (auto checked = check_reserved_name(batch, identifier); !checked) return checked;
    auto const match = ident::match_profiles(standing.prefix->profiles, identifier);
    free_form = match.shape == ident::Shape::NoMatch;
    if (match.shape == ident::Shape::WrongCheck)
        return fail(Code::CheckCharacter, "the check character is wrong: look at the code again",
                    "校验码错误，请核对编码");
    if (match.shape == ident::Shape::Match && !may_assign(standing))
        return fail(Code::NotAllocated, "this code was never issued; importing it needs the right code.assign",
                    "编码未分配；导入需要 code.assign 权限");
    if (!free_form) return {};
    std::string_view newest;
    for (auto const& profile : standing.prefix->profiles) {
        if (profile.name() == newest) continue;  // an older version
        newest = profile.name();
        if (!profile.free_form())
            return fail(Code::ProfileViolation, "under this prefix only codes of its coding profiles may be registered",
                        "该前缀只允许登记符合编码方案的标识");
    }
    return {};
}

Result<RecordChanged> Registrar::create_over(storage::Batch& batch, Standing const& standing, NewRecord const& request,
                                             std::optional<Record> before) const {
    Record record;
    bool const again = before && before->state == RecordState::withdrawn && before->free_form;
    if (before && !again) {
        if (before->state != RecordState::reserved) return exists();
        record = std::move(*before);
        ++record.version;
    } else {
        if (again && registry_.settings().lot_mentioned) {
            auto mentioned = registry_.settings().lot_mentioned(batch, request.identifier);
            if (!mentioned) return fail(std::move(mentioned.error()));
            if (*mentioned) return exists();
        }
        if (auto checked = check_new_name(batch, standing, request.identifier, record.free_form); !checked)
            return fail(std::move(checked.error()));
        if (again) record.version = before->version + 1;  // of the name that was withdrawn only the count goes on
        record.created = batch.time();
    }
    if (record.identifier.empty()) record.identifier = request.identifier.display();
    record.state = RecordState::active;
    record.values = request.values;
    if (!request.template_version.empty()) record.template_version = request.template_version;
    if (auto checked = check_values(record.values, batch.time(), "/values"); !checked)
        return fail(std::move(checked.error()));
    return store(batch, request.identifier, std::move(record), true);
}

Result<RecordChanged> Registrar::create(storage::Batch& batch, NewRecord const& request) const {
    auto standing = stand(batch, request.identifier);
    if (!standing) return fail(std::move(standing.error()));
    auto before = storage::find_record(batch, request.identifier);
    if (!before) return fail(std::move(before.error()));
    return create_over(batch, *standing, request, std::move(*before));
}

Result<RecordChanged> Registrar::put(storage::Batch& batch, NewRecord const& request,
                                     Precondition const& before) const {
    auto standing = stand(batch, request.identifier);
    if (!standing) return fail(std::move(standing.error()));
    auto found = storage::find_record(batch, request.identifier);
    if (!found) return fail(std::move(found.error()));
    bool const living = *found && ((*found)->state == RecordState::active || (*found)->state == RecordState::suspended);
    if (living && before.if_none_match_any) {
        Error error{Code::EtagMismatch, "it exists already", "标识已存在"};
        return fail(
            error.with("current", record_etag(request.identifier.canonical(), (*found)->version, Visibility::record)));
    }
    std::string const current =
        *found ? record_etag(request.identifier.canonical(), (*found)->version, Visibility::record) : "";
    if (living || (*found && !before.if_match.empty())) {
        if (auto alive = check_alive(**found); !alive) return fail(std::move(alive.error()));
        if (auto fits = check_if_match(before, current); !fits) return fail(std::move(fits.error()));
    } else if (!*found && !before.if_match.empty()) {
        return fail(Code::EtagMismatch, "there is nothing yet to replace", "尚无可替换的内容");
    }
    if (!living) {
        if (*found && (*found)->state == RecordState::voided) return is_void();
        return create_over(batch, *standing, request, std::move(*found));
    }
    Record record = std::move(**found);
    ++record.version;
    record.values = request.values;
    record.template_version = request.template_version;
    if (auto checked = check_values(record.values, batch.time(), "/values"); !checked)
        return fail(std::move(checked.error()));
    return store(batch, request.identifier, std::move(record), false);
}

Result<RecordChanged> Registrar::patch(storage::Batch& batch, ident::Identifier const& identifier,
                                       RecordPatch const& patch, Precondition const& before) const {
    auto record = existing(batch, identifier);
    if (!record) return fail(std::move(record.error()));
    if (auto alive = check_alive(*record); !alive) return fail(std::move(alive.error()));
    auto etag = record_etag(identifier.canonical(), record->version, Visibility::record);
    if (auto fits = check_if_match(before, etag); !fits) return fail(std::move(fits.error()));
    ++record->version;
    if (auto merged = merge(*record, patch, batch.time()); !merged) return fail(std::move(merged.error()));
    return store(batch, identifier, std::move(*record), false);
}

Result<RecordChanged> Registrar::withdraw(storage::Batch& batch, ident::Identifier const& identifier,
                                          Precondition const& before) const {
    auto record = existing(batch, identifier);
    if (!record) return fail(std::move(record.error()));
    if (auto alive = check_alive(*record); !alive) return fail(std::move(alive.error()));
    auto etag = record_etag(identifier.canonical(), record->version, Visibility::record);
    if (auto fits = check_if_match(before, etag); !fits) return fail(std::move(fits.error()));
    record->was_public = record->has_public_values();
    record->state = RecordState::withdrawn;
    record->values.clear();
    ++record->version;
    return store(batch, identifier, std::move(*record), false);
}

Result<RecordChanged> Registrar::void_code(storage::Batch& batch, ident::Identifier const& identifier,
                                           std::string const& reason) const {
    auto record = existing(batch, identifier);
    if (!record) return fail(std::move(record.error()));
    if (auto alive = check_alive(*record); !alive) return fail(std::move(alive.error()));
    if (registry_.settings().lot_in_use) {
        auto in_use = registry_.settings().lot_in_use(batch, identifier);
        if (!in_use) return fail(std::move(in_use.error()));
        if (*in_use)
            return fail(Code::InUse, "quantity is on hand, locked or pledged under this code",
                        "该编码下仍有在库、锁定或质押的数量");
    }
    record->was_public = record->has_public_values();
    record->state = RecordState::voided;
    record->reason = reason;
    record->values.clear();
    ++record->version;
    return store(batch, identifier, std::move(*record), false);
}

namespace {

size_t bytes_of_values(std::vector<storage::RecordValue> const& values) {
    size_t bytes = 2048;
    for (auto const& value : values) bytes += 2 * (value.data.size() + value.type.size() + 64);
    return bytes;
}

// One change as one operation.
storage::Operation single(std::function<Result<RecordChanged>(storage::Batch&)> change, RenderChange render,
                          size_t bytes) {
    auto done = std::make_shared<RecordChanged>();
    storage::Operation operation;
    operation.bytes = bytes;
    operation.apply = [done, change = std::move(change)](storage::Batch& batch, uint32_t) -> Result<void> {
        auto changed = change(batch);
        if (!changed) return fail(std::move(changed.error()));
        *done = std::move(*changed);
        return {};
    };
    operation.reply = [done, render = std::move(render)](storage::Batch&) { return render(*done); };
    return operation;
}

}  // namespace

storage::Operation create_identifier(Registrar registrar, NewRecord request, RenderChange render) {
    size_t const bytes = bytes_of_values(request.values);
    auto change = [registrar = std::move(registrar), request = std::move(request)](storage::Batch& batch) {
        return registrar.create(batch, request);
    };
    return single(std::move(change), std::move(render), bytes);
}

storage::Operation put_identifier(Registrar registrar, NewRecord request, Precondition before, RenderChange render) {
    size_t const bytes = bytes_of_values(request.values);
    auto change = [registrar = std::move(registrar), request = std::move(request),
                   before = std::move(before)](storage::Batch& batch) { return registrar.put(batch, request, before); };
    return single(std::move(change), std::move(render), bytes);
}

storage::Operation patch_identifier(Registrar registrar, ident::Identifier identifier, RecordPatch patch,
                                    Precondition before, RenderChange render) {
    size_t const bytes = patch.values ? bytes_of_values(*patch.values) : 64 * 1024;
    auto change = [registrar = std::move(registrar), identifier = std::move(identifier), patch = std::move(patch),
                   before = std::move(before)](storage::Batch& batch) {
        return registrar.patch(batch, identifier, patch, before);
    };
    return single(std::move(change), std::move(render), bytes);
}

storage::Operation withdraw_identifier(Registrar registrar, ident::Identifier identifier, Precondition before,
                                       RenderChange render) {
    auto change = [registrar = std::move(registrar), identifier = std::move(identifier), before = std::move(before)](
                      storage::Batch& batch) { return registrar.withdraw(batch, identifier, before); };
    return single(std::move(change), std::move(render), 4096);
}

}  // namespace ingot::registry
