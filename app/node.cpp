#include "app/node.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <thread>

#include "api/dispatcher.hpp"
#include "api/metrics.hpp"
#include "api/process_metrics.hpp"
#include "api/routes.hpp"
#include "api/system_info.hpp"
#include "app/init.hpp"
#include "app/lineage.hpp"
#include "certs/tls_context.hpp"
#include "ident/identifier.hpp"
#include "net/server.hpp"
#include "registry/registry.hpp"
#include "resolver/resolver.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot::app {
namespace {

constexpr uint64_t kCacheMin = 64 << 20;

uint64_t quarter_of_memory() {
    auto const pages = static_cast<uint64_t>(std::max<long>(sysconf(_SC_PHYS_PAGES), 0));
    auto const page = static_cast<uint64_t>(std::max<long>(sysconf(_SC_PAGESIZE), 0));
    return std::max(kCacheMin, pages * page / 4);
}

std::string read_file(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

storage::EventSink log_store_events(Log& log, api::Metrics& metrics) {
    return [&log, &metrics](storage::Severity severity, std::string_view slug, std::string members) {
        if (slug == "storage-failed") metrics.io_failed();
        constexpr Level levels[] = {Level::debug, Level::info, Level::warn, Level::error};
        log.event(levels[static_cast<size_t>(severity)], slug, "", members);
    };
}

Result<std::shared_ptr<certs::TlsContext const>> load_tls(Config const& config,
                                                          std::shared_ptr<certs::TicketKeys> tickets, Clock& clock) {
    auto tls = certs::TlsContext::load(config.tls_cert_file, config.tls_key_file, std::move(tickets), clock.now());
    if (tls && (*tls)->development() && config.env != "development")
        return fail(Code::Config,
                    config.tls_cert_file + ": made by a development CA; set env = \"development\" or use another",
                    config.tls_cert_file + "：由开发证书机构签发，请设置 env = \"development\" 或更换证书");
    return tls;
}

api::Metrics::Options metrics_options(Config const& config) {
    api::Metrics::Options options;
    options.prefix_max = config.metrics_prefix_max;
    options.allow = api::Networks::parse(config.metrics_allow).value_or(api::Networks());
    return options;
}

void write_connections(api::MetricsText& text, net::Server::Stats const& stats) {
    text.family("ingot_connections", "gauge", "Connections open now.");
    text.sample({{"listener", "https"}, {"state", "handshake"}}, stats.handshaking);
    text.sample({{"listener", "https"}, {"state", "active"}},
                stats.connections() - std::min(stats.connections(), stats.handshaking + stats.idle));
    text.sample({{"listener", "https"}, {"state", "idle"}}, stats.idle);
    text.family("ingot_tls_handshake_failures_total", "counter", "Handshakes that failed.");
    text.sample({{"reason", "any"}}, stats.handshakes_failed);
    text.family("ingot_accept_paused_total", "counter", "Times no descriptor was left to accept with.");
    text.sample({}, stats.accept_pauses);
}

}  // namespace

Result<storage::StoreOptions> store_options(Config const& config) {
    auto audit = read_secret(config.secrets_dir, "audit");
    if (!audit) return fail(audit.error());
    ident::set_default_case_rule(config.case_sensitive ? ident::CaseRule::Sensitive : ident::CaseRule::Insensitive);
    storage::StoreOptions options;
    options.data_dir = config.storage_dir;
    options.anchor_dir = config.anchor_dir;
    options.limits = config.limits;
    options.reserve_bytes = config.storage_reserve;
    options.ballast_bytes = config.storage_ballast;
    options.cache_bytes = config.storage_cache ? config.storage_cache : quarter_of_memory();
    options.origin = config.log_origin_or_default();
    options.audit_key = std::move(*audit);
    options.on_mismatch =
        config.recovery_on_mismatch == "exit" ? storage::OnMismatch::exit : storage::OnMismatch::degrade;
    options.case_sensitive = config.case_sensitive;
    return options;
}

// In the order they are built; members are destroyed in reverse.
struct Node::Parts {
    Config config;
    Log& log;
    Clock& clock;
    Random& random;
    api::Metrics metrics;
    api::SystemInfo system;
    std::unique_ptr<storage::Engine> engine;
    std::unique_ptr<registry::Registry> registry;
    std::unique_ptr<resolver::Resolver> resolver;
    std::unique_ptr<tracechain::Tracechain> tracechain;
    std::optional<api::Services> services;
    std::unique_ptr<api::Dispatcher> dispatcher;
    std::shared_ptr<certs::TicketKeys> tickets;
    std::unique_ptr<net::Server> server;
    std::string url;

    Parts(Config config_in, Log& log_in, Clock& clock_in, Random& random_in, api::SystemInfo::Options info)
        : config(std::move(config_in)),
          log(log_in),
          clock(clock_in),
          random(random_in),
          metrics(metrics_options(config)),
          system(std::move(info)) {}

    // The committer calls into the domain: it ends first.
    ~Parts() {
        server.reset();
        if (dispatcher) dispatcher->stop();
        engine.reset();
    }

    Result<void> open_store();
    Result<void> build_domain();
    void build_api();
    Result<void> listen();
    void label_prefixes(std::span<storage::Row const> changed);
    void on_commit(storage::Sequence sequence, std::span<storage::Row const> changed);
};

Result<void> Node::Parts::open_store() {
    auto options = store_options(config);
    if (!options) return fail(options.error());
    options->started = false;  // the observer needs what is built over the engine
    options->on_group = [this](storage::GroupTimes const& group) {
        metrics.group_committed(group.apply, group.wal, group.anchor, group.operations);
    };
    auto opened = storage::open_store(std::move(*options), clock, random, log_store_events(log, metrics));
    if (!opened) return fail(opened.error());
    engine = std::move(*opened);
    return {};
}

Result<void> Node::Parts::build_domain() {
    auto pepper = read_secret(config.secrets_dir, "pepper");
    if (!pepper) return fail(pepper.error());
    auto cursor_key = read_secret(config.secrets_dir, "cursor");
    if (!cursor_key) return fail(cursor_key.error());
    registry::Settings settings;
    settings.codes_per_prefix_day_max = config.codes_per_prefix_day_max;
    settings.allocation_codes_max = config.limits.allocation_codes_max;
    for (auto const& text : config.node_prefixes)
        if (auto prefix = ident::Prefix::parse(text)) settings.authority.push_back(prefix->canonical());
    settings.lot_in_use = lot_in_use;
    settings.lot_mentioned = lot_mentioned;
    registry = std::make_unique<registry::Registry>(*engine, clock, random, std::move(*pepper), std::move(settings));
    if (auto loaded = registry->load(); !loaded) return loaded;
    resolver = std::make_unique<resolver::Resolver>(*engine, *registry);
    tracechain = std::make_unique<tracechain::Tracechain>(*engine, clock, random, trace_settings(config),
                                                          owner_lookup(*registry));
    services.emplace(api::Services{*engine, *registry, *resolver, *tracechain, clock, random, config.limits, metrics,
                                   config.node_name, config.log_origin_or_default(), &system, std::move(*cursor_key)});
    return {};
}

void Node::Parts::build_api() {
    api::DispatcherOptions options;
    unsigned const cores = std::max(1u, std::thread::hardware_concurrency());
    options.workers = config.workers ? config.workers : 2 * cores;
    options.authenticate = [this](std::string_view token) { return registry->authenticate(token); };
    if (log.writes(Level::warn)) options.access = [this](api::AccessLine const& line) { log.access(line); };
    dispatcher = std::make_unique<api::Dispatcher>(api::routes(), *services, std::move(options));
    metrics.add_source([this](api::MetricsText& text) {
        write_store_metrics(text, engine->health());
        write_rocksdb_metrics(text, storage::gauges_of(*engine));
    });
    metrics.add_source([this](api::MetricsText& text) {
        text.family("ingot_code_skips_total", "counter", "Numbers passed over because their code existed.");
        std::map<std::string_view, uint64_t> skips;
        for (auto const& [prefix, count] : registry->code_skips()) skips[metrics.label_of(prefix)] += count;
        for (auto const& [label, count] : skips) text.sample({{"prefix", label}}, count);
        text.family("ingot_certificate_expiry_timestamp", "gauge", "End of the certificate, Unix time.");
        text.sample({{"use", "server"}},
                    static_cast<uint64_t>(std::max<int64_t>(to_millis(system.certificate_end()) / 1000, 0)));
        text.family("ingot_log_lines_dropped_total", "counter", "Lines of the node's log that were dropped.");
        text.sample({}, log.dropped());
        api::write_process_metrics(text);
    });
    label_prefixes({});
}

Result<void> Node::Parts::listen() {
    tickets = std::make_shared<certs::TicketKeys>(clock, random);
    auto tls = load_tls(config, tickets, clock);
    if (!tls) return fail(tls.error());
    for (auto const& warning : (*tls)->warnings()) log.event(Level::error, "certificate", warning);
    if (!(*tls)->certificates().empty())
        system.set_certificate((*tls)->certificates().front().not_after, (*tls)->development());
    net::ServerOptions options;
    options.listen = config.listen_https;
    options.io_threads = config.io_threads ? config.io_threads : std::max(1u, std::thread::hardware_concurrency());
    options.limits = config.limits;
    options.hosts = config.server_hosts;
    options.hsts = !(*tls)->development();
    options.lame_duck = config.lame_duck;
    options.drain = config.drain;
    options.run_blocking = [this](std::function<void()> work) { dispatcher->run_blocking(std::move(work)); };
    server = std::make_unique<net::Server>(std::move(options), std::move(*tls), *dispatcher, clock, random);
    if (auto started = server->start(); !started) return started;
    if (size_t const most = server->stats().connections_max; most < config.limits.connections_max)
        log.event(Level::warn, "descriptors-low",
                  "connections are limited to " + std::to_string(most) + ", half of the file descriptors; wanted " +
                      std::to_string(config.limits.connections_max));
    metrics.add_source([this](api::MetricsText& text) { write_connections(text, server->stats()); });
    bool const v6 = config.node_name.find(':') != std::string::npos;
    url = "https://" + (v6 ? "[" + config.node_name + "]" : config.node_name) + ":" +
          std::to_string(server->ports().front());
    system.set_base_url(url);
    return {};
}

// A new prefix gets its metrics label with the commit that made it.
void Node::Parts::label_prefixes(std::span<storage::Row const> changed) {
    for (storage::Row const& row : changed)
        if (storage::registry_row(row.key) == storage::RegistryRow::prefix)
            metrics.register_prefix(storage::name_in_key(row.key));
    if (!changed.empty()) return;
    auto const known = registry->directory();
    for (auto const& [prefix, info] : known->prefixes()) metrics.register_prefix(prefix);
}

// On a thread of the committer, before the answers of the group: what was acknowledged is in force.
void Node::Parts::on_commit(storage::Sequence sequence, std::span<storage::Row const> changed) {
    if (changed.empty()) metrics.store_reopened();
    if (auto taken = registry->committed(changed); !taken)
        log.event(Level::error, "registry-not-reloaded", taken.error().detail, "");
    resolver->committed(sequence, changed);
    label_prefixes(changed);
    dispatcher->committed(sequence);
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Node>> Node::start(Config config, Log& log, Clock& clock, Random& random) {
    api::SystemInfo::Options info;
    info.started = clock.now();
    if (!config.tls_ca_file.empty()) info.ca_pem = read_file(config.tls_ca_file);
    auto parts = std::make_unique<Parts>(std::move(config), log, clock, random, std::move(info));
    if (auto fine = parts->open_store(); !fine) return fail(fine.error());
    if (auto fine = parts->build_domain(); !fine) return fail(fine.error());
    parts->build_api();
    parts->engine->start([&own = *parts](storage::Sequence sequence, std::span<storage::Row const> changed) {
        own.on_commit(sequence, changed);
    });
    if (auto fine = parts->listen(); !fine) return fail(fine.error());
    log.event(Level::info, "ready", parts->url);
    return std::unique_ptr<Node>(new Node(std::move(parts)));
}

Node::~Node() { stop(); }

std::string const& Node::url() const { return parts_->url; }

Result<void> Node::reload() {
    auto tls = load_tls(parts_->config, parts_->tickets, parts_->clock);
    if (!tls) return fail(tls.error());
    if (auto const& faults = (*tls)->warnings(); !faults.empty())  // dates; the one in use is no worse
        return fail(Code::Config, faults.front() + "; the certificate in use stays",
                    faults.front() + "，继续使用原证书");
    if (!(*tls)->certificates().empty())
        parts_->system.set_certificate((*tls)->certificates().front().not_after, (*tls)->development());
    parts_->server->reload(std::move(*tls));
    parts_->log.event(Level::info, "reloaded", "certificates");
    return {};
}

void Node::stop() {
    if (!parts_) return;
    parts_->system.set_stopping();
    parts_->log.event(Level::info, "stopping", "");
    parts_->server->shutdown();
    parts_->dispatcher->stop();
    parts_->log.event(Level::info, "stopped", "");
    parts_.reset();
}

}  // namespace ingot::app
