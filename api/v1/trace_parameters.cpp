#include "api/v1/trace_parameters.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "api/json_reader.hpp"
#include "api/parameter.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "registry/access.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot::api::v1 {

using tracechain::TraceQuery;

Result<tracechain::StartLot> read_lot_parameter(std::string_view text, Services const& services) {
    auto key = ident::canon_parameter(text, services.tracechain.settings().hosts);
    if (!key) return fail(key.error());
    if (key->class_only) {
        return fail(Code::ClassOnly, "this names a class of goods; add its lot or serial number",
                    "该标识只指商品类别，请加上批号或序列号");
    }
    return tracechain::StartLot{key->canonical, key->display};
}

Result<std::vector<Parameter>> trace_parameters(Call const& call, Limits const& limits) {
    std::vector<Parameter> out = call.parameters;
    if (call.request.head.method != net::Method::Post) return out;
    auto body = JsonBody::parse(call.body(), JsonRules::body(limits));
    if (!body) return fail(body.error());
    auto add = [&](std::string const& name, JsonValue const& value) {
        bool text = value.kind() == JsonKind::text;
        out.push_back({name, fold_name(name), text ? value.text(4096) : std::string(value.raw())});
    };
    for (auto const& [name, value] : body->object().members()) {
        if (value.kind() == JsonKind::null) continue;
        if (value.kind() != JsonKind::array) {
            add(name, value);
            continue;
        }
        for (JsonValue const& item : value.items(10'000)) add(name, item);
    }
    if (auto fine = body->finish(); !fine) return fail(fine.error());
    return out;
}

namespace {

class TraceReader {
  public:
    TraceReader(Call const& call, Services const& services, bool may_lift)
        : call_(call), services_(services), may_lift_(may_lift) {
        defaults();
    }

    Result<void> read(Parameter const& parameter) {
        std::string known;
        for (Rule const& rule : kRules) {
            if (fold_name(rule.name) == parameter.key) return (this->*rule.read)(parameter.value);
            known.append(known.empty() ? "" : ", ").append(rule.name);
        }
        std::string const name = excerpt(parameter.name);
        Error error{Code::UnknownParameter, "the parameter \"" + name + "\" is not known here; known are: " + known,
                    "此处不认识参数 \"" + name + "\"；可用参数：" + known};
        error.with("parameter", name);
        return fail(std::move(error));
    }

    // Budgets and limits that hold unless the query asks for others.
    void defaults() {
        out_.query.max_depth =
            static_cast<uint32_t>(std::min<uint64_t>(services_.limits.trace_depth_default, deepest()));
        out_.query.max_nodes = services_.limits.trace_nodes_max;
        out_.query.timeout = services_.limits.trace_time;
        out_.query.max_edges = may_lift_ ? 0 : services_.limits.trace_edges_max;
        out_.query.page_bytes = services_.limits.answer_bytes_max;
    }

    // Transformations outward: a station looks two hops around it (api-conventions.md 17.4).
    uint64_t deepest() const {
        if (may_lift_) return UINT32_MAX;
        return call_.principal.has(registry::Role::station) ? 2 : services_.limits.trace_depth_max;
    }

    TraceQuery take() { return std::move(out_.query); }

    Result<TraceCall> finish() {
        TraceQuery& query = out_.query;
        if (out_.cursor) return std::move(out_);
        if (query.start.empty()) return bad_parameter("start", "name at least one lot", "请给出至少一个批次");
        if (query.from_us && query.to_us && *query.from_us > *query.to_us) {
            return bad_parameter("to", "the window ends before it begins", "时间窗口的终点早于起点");
        }
        if (query.theta == 0 && may_lift_ && !depth_asked_) query.max_depth = UINT32_MAX;  // docs/decisions/0004
        if (auto format = accept(); !format) return fail(format.error());
        return std::move(out_);
    }

  private:
    using Read = Result<void> (TraceReader::*)(std::string const&);
    struct Rule {
        std::string_view name;
        Read read;
    };
    static Rule const kRules[25];

    Result<void> start(std::string const& text) {
        if (out_.query.start.size() >= services_.limits.trace_starts_max) {
            return fail(Code::TooManyStarts, "at most 1,000 starts a query", "每次查询最多 1000 个起点");
        }
        auto lot = read_lot_parameter(text, services_);
        if (!lot) return fail(lot.error());
        out_.query.start.push_back(std::move(*lot));
        return {};
    }
    Result<void> basis(std::string const& text) {
        out_.query.as_reported = text == "as_reported";
        if (out_.query.as_reported) return {};
        auto basis = tracechain::parse_basis(text);
        if (!basis) {
            return fail(Code::BasisUnknown,
                        "a basis is gross_mass, dry_mass, element:X, economic, custom, count, volume, length, area or "
                        "as_reported",
                        "基准应为 gross_mass、dry_mass、element:X、economic、custom、count、volume、length、area 或 "
                        "as_reported");
        }
        out_.query.basis = std::move(*basis);
        return {};
    }
    Result<void> rule(std::string const& text) {
        if (text != "shares" && text != "standard")
            return bad_parameter("rule", "shares or standard", "应为 shares 或 standard");
        out_.query.standard = text == "standard";
        return {};
    }
    static std::optional<double> real(std::string const& text) {
        double value = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
        return value;
    }
    static std::optional<uint64_t> whole(std::string const& text) {
        uint64_t value = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        return value;
    }
    static std::optional<bool> truth(std::string const& text) {
        if (text == "true" || text == "1") return true;
        if (text == "false" || text == "0") return false;
        return std::nullopt;
    }
    Result<void> theta(std::string const& text) {
        auto value = real(text);
        if (!value || !(*value == 0 || (*value >= 1e-15 && *value <= 0.5))) {
            return bad_parameter("theta", "0, or from 1e-15 to 0.5", "应为 0，或 1e-15 到 0.5");
        }
        out_.query.theta = *value;
        return {};
    }
    Result<void> cutoff(std::string const& text) {
        if (text != "exposure" && text != "share")
            return bad_parameter("cutoff", "exposure or share", "应为 exposure 或 share");
        out_.query.cutoff = text == "share" ? tracechain::Cutoff::share : tracechain::Cutoff::exposure;
        return {};
    }
    Result<void> min_share(std::string const& text) {
        auto value = real(text);
        if (!value || *value < 0 || *value > 1) return bad_parameter("min_share", "from 0 to 1", "应为 0 到 1");
        out_.query.min_share = *value;
        return {};
    }
    Result<void> lifted(std::string_view name, uint64_t value, uint64_t open, uint64_t lifted_max) {
        if (value > lifted_max || value == 0) {
            return bad_parameter(name, "from 1 to " + std::to_string(lifted_max),
                                 "应为 1 到 " + std::to_string(lifted_max));
        }
        if (value <= open || may_lift_) return {};
        Error error{Code::NoPermission, std::string(name) + " above " + std::to_string(open) + " needs export.run",
                    std::string(name) + " 超过 " + std::to_string(open) + " 需要 export.run 权限"};
        error.with("permission", std::string("export.run"));
        return fail(std::move(error));
    }
    Result<void> max_depth(std::string const& text) {
        auto value = whole(text);
        uint64_t const most = deepest();
        if (!value || *value == 0 || *value > most) {
            return bad_parameter("max_depth", "from 1 to " + std::to_string(most), "应为 1 到 " + std::to_string(most));
        }
        out_.query.max_depth = static_cast<uint32_t>(*value);
        depth_asked_ = true;
        return {};
    }
    Result<void> max_nodes(std::string const& text) {
        uint64_t value = whole(text).value_or(0);
        out_.query.max_nodes = value;
        return lifted("max_nodes", value, services_.limits.trace_nodes_max, services_.limits.trace_nodes_export_max);
    }
    Result<void> timeout_ms(std::string const& text) {
        uint64_t value = whole(text).value_or(0);
        out_.query.timeout = std::chrono::milliseconds(std::min<uint64_t>(value, 3'600'000));
        return lifted("timeout_ms", value, static_cast<uint64_t>(services_.limits.trace_time.count()),
                      static_cast<uint64_t>(services_.limits.trace_time_max.count()));
    }
    Result<void> limit(std::string const& text) {
        auto value = whole(text);
        if (!value || *value == 0 || *value > 10'000)
            return bad_parameter("limit", "from 1 to 10000", "应为 1 到 10000");
        out_.query.limit = static_cast<uint32_t>(*value);
        return {};
    }
    Result<void> flag(std::string_view name, std::string const& text, bool& into) {
        auto value = truth(text);
        if (!value) return bad_parameter(name, "true or false", "应为 true 或 false");
        into = *value;
        return {};
    }
    Result<void> raw(std::string const& text) { return flag("raw", text, out_.query.raw); }
    Result<void> bounds(std::string const& text) {
        if (auto read = flag("bounds", text, out_.query.bounds); !read) return read;
        if (!out_.query.bounds) return {};
        return fail(Code::NotImplemented, "bounds of identity-lost stacks are not built yet", "尚未提供界限计算");
    }
    Result<void> as_of(std::string const& text) {
        auto value = read_as_of(text);
        if (!value) return fail(value.error());
        out_.query.as_of_seq = value->seq;
        out_.query.as_of_us = value->micros;
        return {};
    }
    Result<void> moment(std::string_view name, std::string const& text, std::optional<int64_t>& into) {
        auto time = read_time(name, text);
        if (!time) return fail(time.error());
        into = *time;
        return {};
    }
    Result<void> at(std::string const& text) { return moment("at", text, out_.query.at_us); }
    Result<void> from(std::string const& text) { return moment("from", text, out_.query.from_us); }
    Result<void> to(std::string const& text) { return moment("to", text, out_.query.to_us); }

    static std::vector<std::string> words(std::string const& text) {
        std::vector<std::string> out;
        for (size_t at = 0; at <= text.size();) {
            size_t comma = std::min(text.find(',', at), text.size());
            if (comma > at) out.push_back(text.substr(at, comma - at));
            at = comma + 1;
        }
        return out;
    }
    Result<void> stop_at(std::string const& text) {
        tracechain::StopAt& stop = out_.query.stop_at;
        for (std::string& word : words(text)) {
            if (word == "owner_change") {
                stop.owner_change = true;
            } else if (word == "custody_change") {
                stop.custody_change = true;
            } else if (word == "site_change") {
                stop.site_change = true;
            } else if (word.starts_with("material:") && word.size() > 9) {
                stop.materials.push_back(word.substr(9));
            } else if (word.starts_with("origin:") && word.size() > 7) {
                stop.origins.push_back(word.substr(7));
            } else {
                return bad_parameter("stop_at",
                                     "owner_change, custody_change, site_change, material:<uri>, origin:<type>",
                                     "应为 owner_change、custody_change、site_change、material:<uri> 或 origin:<type>");
            }
            stop.texts.push_back(std::move(word));
        }
        return {};
    }
    Result<void> filter(std::string const& text, tracechain::Filter& into) {
        for (std::string& word : words(text)) {
            bool excluded = word.starts_with('!');
            (excluded ? into.exclude : into.include).push_back(excluded ? word.substr(1) : std::move(word));
        }
        return {};
    }
    Result<void> material(std::string const& text) { return filter(text, out_.query.material); }
    Result<void> owner(std::string const& text) { return filter(text, out_.query.owner); }
    Result<void> holder(std::string const& text) { return filter(text, out_.query.holder); }
    Result<void> role(std::string const&) {
        return fail(Code::NotImplemented, "the filter by role is not built yet", "尚未提供按角色过滤");
    }
    Result<void> kind(std::string const& text) { return filter(text, out_.query.kind); }
    Result<void> view(std::string const& text) {
        if (text == "graph")
            out_.query.view = tracechain::ViewForm::graph;
        else if (text == "table")
            out_.query.view = tracechain::ViewForm::table;
        else if (text == "tree")
            out_.query.view = tracechain::ViewForm::tree;
        else
            return bad_parameter("view", "graph, table or tree", "应为 graph、table 或 tree");
        return {};
    }
    static tl::unexpected<Error> not_acceptable() {
        return fail(Code::NotAcceptable, "trace answers are application/json or application/x-ndjson",
                    "追溯结果只有 application/json 和 application/x-ndjson");
    }
    Result<void> format(std::string const& text) {
        format_stated_ = true;
        if (text == "csv" || text == "epcis") return not_acceptable();
        if (text != "json" && text != "ndjson") return bad_parameter("format", "json or ndjson", "应为 json 或 ndjson");
        out_.format = text == "ndjson" ? TraceFormat::ndjson : TraceFormat::json;
        return {};
    }
    Result<void> accept() {
        if (format_stated_) return {};
        std::string_view wanted = call_.request.head.field("Accept");
        if (wanted.empty() || wanted.find("*/*") != std::string_view::npos ||
            wanted.find("application/*") != std::string_view::npos ||
            wanted.find("application/json") != std::string_view::npos) {
            bool lines = wanted.find("application/x-ndjson") != std::string_view::npos &&
                         wanted.find("application/json") == std::string_view::npos;
            if (lines) out_.format = TraceFormat::ndjson;
            return {};
        }
        if (wanted.find("application/x-ndjson") == std::string_view::npos) return not_acceptable();
        out_.format = TraceFormat::ndjson;
        return {};
    }
    Result<void> cursor(std::string const& text) {
        out_.cursor = text;
        return {};
    }

    Call const& call_;
    Services const& services_;
    bool may_lift_;
    bool depth_asked_ = false;
    bool format_stated_ = false;
    TraceCall out_;
};

TraceReader::Rule const TraceReader::kRules[25] = {
    {"start", &TraceReader::start},         {"basis", &TraceReader::basis},
    {"rule", &TraceReader::rule},           {"theta", &TraceReader::theta},
    {"cutoff", &TraceReader::cutoff},       {"min_share", &TraceReader::min_share},
    {"max_depth", &TraceReader::max_depth}, {"raw", &TraceReader::raw},
    {"as_of", &TraceReader::as_of},         {"at", &TraceReader::at},
    {"from", &TraceReader::from},           {"to", &TraceReader::to},
    {"stop_at", &TraceReader::stop_at},     {"material", &TraceReader::material},
    {"owner", &TraceReader::owner},         {"holder", &TraceReader::holder},
    {"role", &TraceReader::role},           {"kind", &TraceReader::kind},
    {"view", &TraceReader::view},           {"bounds", &TraceReader::bounds},
    {"limit", &TraceReader::limit},         {"cursor", &TraceReader::cursor},
    {"max_nodes", &TraceReader::max_nodes}, {"timeout_ms", &TraceReader::timeout_ms},
    {"format", &TraceReader::format},
};

}  // namespace

Result<TraceQuery> read_walk_parameters(Call const& call, Services const& services,
                                        std::initializer_list<std::string_view> names) {
    TraceReader reader(call, services, may_export(call.principal));
    for (Parameter const& parameter : call.parameters) {
        if (std::find(names.begin(), names.end(), parameter.key) == names.end()) continue;
        if (auto read = reader.read(parameter); !read) return fail(read.error());
    }
    return reader.take();
}

Result<TraceCall> read_trace_call(Call const& call, Services const& services) {
    auto parameters = trace_parameters(call, services.limits);
    if (!parameters) return fail(parameters.error());
    TraceReader reader(call, services, may_export(call.principal));
    for (Parameter const& parameter : *parameters) {
        if (parameter.key == "pretty") continue;
        if (auto read = reader.read(parameter); !read) return fail(read.error());
    }
    return reader.finish();
}

}  // namespace ingot::api::v1
