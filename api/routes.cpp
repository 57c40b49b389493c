#include "api/routes.hpp"

#include "api/handle/handle_handlers.hpp"
#include "api/v1/code_handlers.hpp"
#include "api/v1/credential_handlers.hpp"
#include "api/v1/event_handlers.hpp"
#include "api/v1/identifier_handlers.hpp"
#include "api/v1/prefix_handlers.hpp"
#include "api/v1/profile_handlers.hpp"
#include "api/v1/system_handlers.hpp"
#include "api/v1/trace_handlers.hpp"

namespace ingot::api {
namespace {

using enum net::Method;
using namespace v1;
using registry::Act;

constexpr std::string_view kIdentifier = "/v1/identifiers/{prefix}/{suffix...}";
constexpr auto kSystem = Surface::system;

// clang-format off
Route const kRoutes[] = {
    // method path                              handler               act                  cost         body            Idempotency-Key  surface
    {Get,    kIdentifier,                       get_identifier,       Act::RecordRead,     Cost::Point, Body::None,     Key::Ignored, Surface::v1, "history"},
    {Put,    kIdentifier,                       put_identifier,       Act::RecordWrite,    Cost::Write, Body::Json,     Key::Accepted},
    {Patch,  kIdentifier,                       patch_identifier,     Act::RecordWrite,    Cost::Write, Body::Patch,    Key::Accepted},
    {Delete, kIdentifier,                       delete_identifier,    Act::RecordWithdraw, Cost::Write, Body::None,     Key::Accepted},
    {Get,    "/v1/identifiers",                 list_identifiers,     Act::RecordRead,     Cost::Scan},
    {Post,   "/v1/identifiers",                 post_identifiers,     Act::RecordWrite,    Cost::Write, Body::Batch,    Key::Accepted},
    {Post,   "/v1/resolve",                     resolve_identifiers,  Act::RecordRead,     Cost::Scan,  Body::Batch},
    {Get,    "/v1/codes",                       list_codes,           Act::RecordRead,     Cost::Scan},
    {Post,   "/v1/codes",                       allocate_codes,       Act::CodeAllocate,   Cost::Write, Body::Json,     Key::Required},
    {Post,   "/v1/codes/void",                  void_codes,           Act::CodeVoid,       Cost::Write, Body::Batch,    Key::Required},
    {Post,   "/v1/codes/verify",                verify_codes,         Act::Public,         Cost::Scan,  Body::Batch},
    {Get,    "/v1/prefixes",                    list_prefixes,        Act::Public,         Cost::Scan},
    {Post,   "/v1/prefixes",                    post_prefix,          Act::PrefixDelegate, Cost::Write, Body::Json,     Key::Accepted},
    {Get,    "/v1/prefixes/{prefix}",           get_prefix,           Act::Public,         Cost::Point},
    {Patch,  "/v1/prefixes/{prefix}",           patch_prefix,         Act::PrefixDelegate, Cost::Write, Body::Patch,    Key::Accepted},
    {Get,    "/v1/enterprises",                 list_enterprises,     Act::Public,         Cost::Scan},
    {Get,    "/v1/enterprises/{id}",            get_enterprise,       Act::Public,         Cost::Point},
    {Get,    "/v1/coding-profiles",             list_profiles,        Act::TemplateRead,   Cost::Scan},
    {Get,    "/v1/coding-profiles/{name}/{version}", get_profile,     Act::TemplateRead,   Cost::Point},
    {Put,    "/v1/coding-profiles/{name}/{version}", put_profile,     Act::TemplateWrite,  Cost::Write, Body::Json,     Key::Accepted},
    {Get,    "/v1/credentials",                 list_credentials,     Act::UserManage,     Cost::Scan},
    {Post,   "/v1/credentials",                 post_credential,      Act::UserManage,     Cost::Write, Body::Json,     Key::Accepted},
    {Delete, "/v1/credentials/{id}",            delete_credential,    Act::UserManage,     Cost::Write, Body::None,     Key::Accepted},

    {Get,    "/v1/events",                      list_events,          Act::EventRead,      Cost::Scan},
    {Post,   "/v1/events",                      capture_events,       Act::EventCapture,   Cost::Write, Body::Capture,  Key::Required},
    {Get,    "/v1/events/{id}",                 show_event,           Act::EventRead,      Cost::Scan},
    {Get,    "/v1/events/{id}/hash",            show_event_hash,      Act::EventRead,      Cost::Scan},

    {Get,    "/v1/trace/upstream",              trace_upstream,       Act::TraceRun,       Cost::Scan},
    {Post,   "/v1/trace/upstream",              trace_upstream,       Act::TraceRun,       Cost::Scan,  Body::Json},
    {Get,    "/v1/trace/downstream",            trace_downstream,     Act::TraceRun,       Cost::Scan},
    {Post,   "/v1/trace/downstream",            trace_downstream,     Act::TraceRun,       Cost::Scan,  Body::Json},
    {Get,    "/v1/trace/both",                  trace_both,           Act::TraceRun,       Cost::Scan},
    {Post,   "/v1/trace/both",                  trace_both,           Act::TraceRun,       Cost::Scan,  Body::Json},
    {Get,    "/v1/trace/explain",               trace_explain,        Act::TraceRun,       Cost::Scan},
    {Get,    "/v1/lots/{prefix}/{suffix...}",   get_lot,              Act::TraceRun,       Cost::Scan},
    {Get,    "/v1/lots",                        get_lot,              Act::TraceRun,       Cost::Scan},
    {Get,    "/v1/vessels",                     get_vessel,           Act::TraceRun,       Cost::Scan},

    {Get,    "/api/handles/{handle...}",        handle::get_handle,   Act::RecordRead,     Cost::Point, Body::None,     Key::Ignored, Surface::handle},
    {Get,    "/api/{tail...}",                  handle::unknown_endpoint, Act::Public,     Cost::Point, Body::None,     Key::Ignored, Surface::handle},
    {Get,    "/{prefix}/{suffix...}",           handle::landing,      Act::RecordRead,     Cost::Point, Body::None,     Key::Ignored, Surface::landing},
    {Get,    "/{prefix}",                       handle::landing,      Act::RecordRead,     Cost::Point, Body::None,     Key::Ignored, Surface::landing},

    {Get,    "/v1/meta",                        show_meta,            Act::Public,         Cost::Point},
    {Get,    "/healthz",                        show_health,          Act::Public,         Cost::Point, Body::None,     Key::Ignored, kSystem},
    {Get,    "/readyz",                         show_readiness,       Act::Public,         Cost::Point, Body::None,     Key::Ignored, kSystem},
    {Get,    "/metrics",                        show_metrics,         Act::Public,         Cost::Scan,  Body::None,     Key::Ignored, kSystem},
    {Get,    "/docs/openapi.json",              show_api_description, Act::Public,         Cost::Scan,  Body::None,     Key::Ignored, kSystem},
    {Get,    "/openapi.json",                   find_api_description, Act::Public,         Cost::Point, Body::None,     Key::Ignored, kSystem},
    {Get,    "/docs/problems/{code}",           show_problem_page,    Act::Public,         Cost::Point, Body::None,     Key::Ignored, kSystem},
    {Get,    "/pki/ca.crt",                     show_ca_certificate,  Act::Public,         Cost::Point, Body::None,     Key::Ignored, kSystem},
};
// clang-format on

}  // namespace

std::span<Route const> routes() { return kRoutes; }

}  // namespace ingot::api
