// An EPCIS 2.0 event after reading: checked against spec/epcis-rest.md 2 and spec/trace-semantics.md 1.2, 2.2, 2.3, and
// put in the terms of the trace chain. Made by tracechain/epcis_reader.hpp; captured by tracechain/capture.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "ident/event_id.hpp"
#include "storage/graph_table.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::Assay;
using storage::Basis;
using storage::BasisKind;
using storage::EventSeq;
using storage::InputRole;
using storage::LinkKind;
using storage::OutputRole;
using storage::Policy;

enum class EventType : uint8_t { Object, Aggregation, Association, Transaction, Transformation, Extension };
enum class Action : uint8_t { None, Add, Observe, Delete };
enum class Side : uint8_t { Item, Input, Output };  // Item: epcList, quantityList, childEPCs, childQuantityList

struct Warning {
    std::string code;     // amount-rounded, uom-unknown, identifier-opaque, hash-mismatch, extension-unknown ...
    std::string pointer;  // inside the event
};

// One lot named in the event, with everything said about its amount: its list entry and its ingot:amounts line
// together.
struct Member {
    ident::LotKey lot;
    std::string uri;  // as captured
    Side side = Side::Item;
    bool instance = false;  // from an EPC list
    Amounts amounts;        // per basis; empty = unspecified
    InputRole input_role = InputRole::feed;
    OutputRole output_role = OutputRole::product;
    bool final = false;
    std::string pointer;                       // of its list entry, e.g. /inputQuantityList/0
    std::optional<std::string> lot_of_serial;  // /01/G/10/L/21/S: canonical key of the lot L it belongs to
};

struct Loss {  // role loss without an identifier
    Amounts amounts;
};

struct VesselUse {
    std::string vessel;  // URI as captured
    enum class Operation : uint8_t { Charge, Draw, Both, Adjust } operation = Operation::Charge;
    std::optional<Policy> policy;
    int64_t residence_us = 0, window_us = 0;
    std::vector<std::pair<ident::LotKey, int64_t>> selected;  // mg
    // operation Adjust
    std::optional<ident::LotKey> campaign;
    std::string campaign_uri;
    bool count = false;  // mode count (amount found), else delta
    int64_t gross = 0;   // mg; signed for delta
};

struct Adjust {
    bool count = false;
    enum class Cause : uint8_t { Survey, Found, Loss } cause = Cause::Survey;
    bool negative = false;  // delta: the amounts are to be taken away
};

struct Party {
    std::string type;  // owning_party, possessing_party, location, or a URI
    std::string uri;
    ident::LotKey key;
};

struct ErrorDeclaration {
    int64_t time_us = 0;
    std::string time_text;
    std::string reason;  // did_not_occur, incorrect_data, a URI, or empty
    std::vector<std::string> corrective_ids;
};

struct HoldRequest {
    std::string id, reason, mode, expires;
    bool release = false;
    double threshold = 0.001;
};

struct LockRequest {
    std::string id, beneficiary, expires;
    bool unlock = false;
};

struct Event {
    // identity
    std::string id;           // eventID, or the ni: URI assigned
    Digest content_digest{};  // epcis-rest.md 3.3
    Digest hash_cbv20{}, hash_cbv21{};

    // what
    EventType type = EventType::Object;
    std::string type_text;
    Action action = Action::None;
    LinkKind kind = LinkKind::other;
    int64_t time_us = 0;
    std::string time_text;
    std::vector<Member> members;  // each (lot, side) once; in order of first mention
    std::vector<Loss> losses;
    std::optional<ident::LotKey> parent;
    std::string parent_uri;
    std::optional<ident::LotKey> transformation;  // transformationID
    std::string transformation_uri;

    // where, why
    std::string biz_step;  // bare word or URI, folded
    std::optional<ident::LotKey> read_point, biz_location;
    std::vector<Party> sources, destinations;

    // extensions
    std::optional<VesselUse> vessel;
    Basis allocation{};
    struct Link {
        ident::LotKey output, input;
        double share = 0;
    };
    std::vector<Link> links;
    std::optional<Adjust> adjust;
    std::optional<HoldRequest> hold;
    std::optional<LockRequest> lock;
    std::optional<ErrorDeclaration> declaration;

    // ilmd at commission
    std::string material;
    storage::Origin origin;
    bool origin_stated = false;
    std::vector<Assay> assays;  // ilmd or sensor reports; `moisture` of gross
    std::string ilmd;           // verbatim JSON; empty = none

    // as received
    std::string bytes;    // the event value, byte for byte
    std::string context;  // JSON: the @context in force, needed to read the bytes alone
    std::string pointer;  // where it stood in the request: /epcisBody/eventList/0, /3, ""
    std::vector<Warning> warnings;
};

}  // namespace ingot::tracechain
