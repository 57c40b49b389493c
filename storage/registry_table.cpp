#include "storage/registry_table.hpp"

#include "base/encoding.hpp"
#include "ident/identifier.hpp"
#include "storage/keys.hpp"
#include "storage/wire.hpp"

namespace ingot::storage {
namespace {

constexpr uint32_t kFormat = 1;

tl::unexpected<Error> damaged(std::string_view what) {
    return fail(Code::DataDamaged, "a stored row of the registry is damaged: " + std::string(what),
                "存储的登记数据已损坏");
}

// Reads every field with `field(reader)`, which answers false for a field it does not know; field 1 is the format.
template <class Field>
bool read_row(Bytes value, Field&& field) {
    WireReader in(value);
    uint32_t format = 0;
    while (in.next()) {
        if (in.field() == 1)
            format = in.u32();
        else if (!field(in))
            in.skip();
    }
    return in.ok() && format == kFormat;
}

Time read_time(WireReader& in) { return from_micros(in.s64()); }

}  // namespace

std::string encode(PrefixRow const& row) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, kFormat);
    out.text(2, row.prefix);
    out.text(3, row.enterprise);
    out.u64(4, row.unhosted);
    out.u64(5, row.suspended);
    out.text(6, row.referral_url);
    out.text(7, row.code_type);
    out.u64(8, row.version);
    out.s64(9, to_micros(row.created));
    out.s64(10, to_micros(row.changed));
    out.text(11, row.changed_by);
    for (auto const& profile : row.profiles) out.text(12, profile);
    out.text(13, row.landing_redirect);
    return bytes;
}

std::string encode(EnterpriseRow const& row) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, kFormat);
    out.text(2, row.id);
    out.text(3, row.name);
    out.text(4, row.trace_mode);
    out.u64(5, row.version);
    out.s64(6, to_micros(row.created));
    out.s64(7, to_micros(row.changed));
    return bytes;
}

std::string encode(PrincipalRow const& row) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, kFormat);
    out.text(2, row.id);
    out.text(3, row.name);
    out.text(4, row.enterprise);
    std::string roles;
    for (uint32_t role : row.roles) WireWriter(roles).varint(role);
    out.text(5, roles);
    for (auto const& act : row.acts) out.text(6, act);
    out.u64(7, static_cast<uint64_t>(row.status));
    out.s64(8, to_micros(row.created));
    return bytes;
}

std::string encode(CredentialRow const& row) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, kFormat);
    out.text(2, row.id);
    out.text(3, row.principal);
    out.text(4, row.mac);
    out.s64(5, to_micros(row.created));
    out.s64(6, to_micros(row.expires));
    out.s64(7, to_micros(row.revoked));
    out.text(8, row.created_by);
    out.text(9, row.revoked_by);
    return bytes;
}

std::string encode(ProfileRow const& row) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, kFormat);
    out.text(2, row.json);
    out.u64(3, row.used);
    out.s64(4, to_micros(row.created));
    out.text(5, row.created_by);
    return bytes;
}

std::string encode_count(uint64_t count) {
    std::string bytes;
    WireWriter(bytes).u64(1, count);
    return bytes;
}

Result<PrefixRow> decode_prefix(std::string_view key, Bytes value) {
    PrefixRow row;
    row.version = 0;
    bool const good = read_row(value, [&](WireReader& in) {
        switch (in.field()) {
            case 2:
                row.prefix = in.text();
                return true;
            case 3:
                row.enterprise = in.text();
                return true;
            case 4:
                row.unhosted = in.u64() != 0;
                return true;
            case 5:
                row.suspended = in.u64() != 0;
                return true;
            case 6:
                row.referral_url = in.text();
                return true;
            case 7:
                row.code_type = in.text();
                return true;
            case 8:
                row.version = in.u64();
                return true;
            case 9:
                row.created = read_time(in);
                return true;
            case 10:
                row.changed = read_time(in);
                return true;
            case 11:
                row.changed_by = in.text();
                return true;
            case 12:
                row.profiles.emplace_back(in.text());
                return true;
            case 13:
                row.landing_redirect = in.text();
                return true;
            default:
                return false;
        }
    });
    auto prefix = ident::Prefix::parse(row.prefix);
    if (!good || row.version == 0 || !prefix || prefix_key(prefix->canonical()) != key) return damaged("prefix");
    return row;
}

Result<EnterpriseRow> decode_enterprise(std::string_view key, Bytes value) {
    EnterpriseRow row;
    row.version = 0;
    bool const good = read_row(value, [&](WireReader& in) {
        switch (in.field()) {
            case 2:
                row.id = in.text();
                return true;
            case 3:
                row.name = in.text();
                return true;
            case 4:
                row.trace_mode = in.text();
                return true;
            case 5:
                row.version = in.u64();
                return true;
            case 6:
                row.created = read_time(in);
                return true;
            case 7:
                row.changed = read_time(in);
                return true;
            default:
                return false;
        }
    });
    if (!good || row.version == 0 || enterprise_key(row.id) != key) return damaged("enterprise");
    return row;
}

Result<PrincipalRow> decode_principal(std::string_view key, Bytes value) {
    PrincipalRow row;
    row.status = PrincipalStatus{};
    bool good = read_row(value, [&](WireReader& in) {
        switch (in.field()) {
            case 2:
                row.id = in.text();
                return true;
            case 3:
                row.name = in.text();
                return true;
            case 4:
                row.enterprise = in.text();
                return true;
            case 5: {
                WireReader roles(in.text());
                while (roles.more()) row.roles.push_back(static_cast<uint32_t>(roles.varint()));
                if (!roles.ok()) in.fail();
                return true;
            }
            case 6:
                row.acts.emplace_back(in.text());
                return true;
            case 7:
                row.status = static_cast<PrincipalStatus>(in.u64());
                return true;
            case 8:
                row.created = read_time(in);
                return true;
            default:
                return false;
        }
    });
    good = good && row.status >= PrincipalStatus::active && row.status <= PrincipalStatus::closed;
    if (!good || principal_key(row.id) != key) return damaged("principal");
    return row;
}

Result<CredentialRow> decode_public_credential(std::string_view key, Bytes value) {
    CredentialRow row;
    bool const good = read_row(value, [&](WireReader& in) {
        switch (in.field()) {
            case 2:
                row.id = in.text();
                return true;
            case 3:
                row.principal = in.text();
                return true;
            case 4:
                row.mac = in.text();
                return true;
            case 5:
                row.created = read_time(in);
                return true;
            case 6:
                row.expires = read_time(in);
                return true;
            case 7:
                row.revoked = read_time(in);
                return true;
            case 8:
                row.created_by = in.text();
                return true;
            case 9:
                row.revoked_by = in.text();
                return true;
            default:
                return false;
        }
    });
    if (!good || credential_key(row.id) != key) return damaged("credential");
    return row;
}

Result<CredentialRow> decode_credential(std::string_view key, Bytes value) {
    auto row = decode_public_credential(key, value);
    if (row && row->mac.size() != 32) return damaged("credential");
    return row;
}

Result<ProfileRow> decode_profile(std::string_view key, Bytes value) {
    ProfileRow row;
    bool const good = read_row(value, [&](WireReader& in) {
        switch (in.field()) {
            case 2:
                row.json = in.text();
                return true;
            case 3:
                row.used = in.u64() != 0;
                return true;
            case 4:
                row.created = read_time(in);
                return true;
            case 5:
                row.created_by = in.text();
                return true;
            default:
                return false;
        }
    });
    if (!good || row.json.empty() || !parse_profile_key(key)) return damaged("coding profile");
    return row;
}

Result<uint64_t> decode_count(Bytes value) {
    WireReader in(value);
    uint64_t count = 0;
    while (in.next()) {
        if (in.field() == 1)
            count = in.u64();
        else
            in.skip();
    }
    if (!in.ok()) return damaged("counter");
    return count;
}

Result<uint64_t> find_count(View const& view, std::string const& key) {
    auto value = view.get(Space::index, key);
    if (!value) return fail(std::move(value.error()));
    if (!value->has_value()) return uint64_t(0);
    return decode_count(**value);
}

Result<void> check_registry_row(Row const& row) {
    auto said = [](auto const& result) -> Result<void> {
        if (!result) return fail(result.error());
        return {};
    };
    switch (row.key.empty() ? '\0' : row.key[0]) {
        case 'P':
            return said(decode_prefix(row.key, row.value));
        case 'E':
            return said(decode_enterprise(row.key, row.value));
        case 'A':
            return said(decode_principal(row.key, row.value));
        case 'K':
            return said(decode_credential(row.key, row.value));
        case 'F':
            return said(decode_profile(row.key, row.value));
        case 'G': {
            if (row.key.size() < 11 || row.key[row.key.size() - 9] != '\0') return damaged("key of a version");
            std::string_view const of = std::string_view(row.key).substr(1, row.key.size() - 10);
            if (of[0] == 'P') return said(decode_prefix(of, row.value));
            return said(decode_public_credential(of, row.value));
        }
        case 'c':
        case 'q':
            return said(decode_count(row.value));
        case 'a':
            return row.value.empty() ? Result<void>() : damaged("index of principals");
        default:
            return damaged("unknown key");
    }
}

}  // namespace ingot::storage
