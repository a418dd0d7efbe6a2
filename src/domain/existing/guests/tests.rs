use super::*;
use crate::domain::Tags;
use crate::domain::fixture;
use crate::domain::observed::RouteTable;

const ECS: &str = "com.amazonaws.ap-northeast-1.ecs";
const S3: &str = "com.amazonaws.ap-northeast-1.s3";

/// What is there for a need, in a word and an id.
fn offer(observed: &Observed, need: Need<'_>) -> String {
    let ownership = fixture::seed().ownership("123456789012");
    let own = observed.own_security_groups(&ownership).into_iter();
    let groups = own.map(|group| group.id.as_str()).chain(["sg-extra"]);
    let guests = Guests::new(observed, &ownership, ["subnet-a", "subnet-c"], groups);
    match guests.offer(need) {
        Offer::Own(endpoint) => format!("own {}", endpoint.id),
        Offer::Serving(endpoint) => format!("serving {}", endpoint.id),
        Offer::Blocking(endpoint, obstacle) => format!("blocking {}: {}", endpoint.id, obstacle.remedy(endpoint)),
        Offer::Nothing => "nothing".to_owned(),
    }
}

const INTERFACE: Need<'static> = Need {
    service_name: ECS,
    kind: EndpointKind::Interface,
    private_dns_enabled: true,
};
const GATEWAY: Need<'static> = Need {
    service_name: S3,
    kind: EndpointKind::Gateway,
    private_dns_enabled: false,
};

/// A network with somebody's endpoint for ECS that lets in the first subnet by its own rule and the second by that of `peer`.
fn with_endpoint(peer: Peer, change: impl FnOnce(&mut Endpoint)) -> Observed {
    let mut observed = fixture::network();
    let block = Peer::CidrBlock("10.9.0.0/24".parse().unwrap());
    let group = SecurityGroup {
        id: "sg-theirs".to_owned(),
        name: "theirs".to_owned(),
        ingress: [block, peer].map(|peer| Rule::all_traffic(peer, None)).into(),
        ..SecurityGroup::default()
    };
    observed.security_groups.insert(group.id.clone(), group);
    let mut endpoint = fixture::endpoint("vpce-theirs", ECS, EndpointKind::Interface);
    endpoint.private_dns_enabled = true;
    endpoint.security_group_ids.insert("sg-theirs".to_owned());
    change(&mut endpoint);
    observed.endpoints.insert(endpoint.id.clone(), endpoint);
    observed
}

fn block(text: &str) -> Peer {
    Peer::CidrBlock(text.parse().unwrap())
}

#[test]
fn an_endpoint_serves_if_it_lets_all_of_the_instances_in() {
    for peer in [
        block("10.9.1.0/24"),
        block("10.9.0.0/16"),
        block("0.0.0.0/0"),
        Peer::SecurityGroup("sg-extra".to_owned()),
    ] {
        let observed = with_endpoint(peer.clone(), |_| {});
        assert_eq!(offer(&observed, INTERFACE), "serving vpce-theirs", "{peer}");
    }
    // Two halves are as good as the whole.
    let mut observed = with_endpoint(block("10.9.1.0/25"), |_| {});
    let group = observed.security_groups.get_mut("sg-theirs").unwrap();
    group.ingress.insert(Rule::all_traffic(block("10.9.1.128/25"), None));
    assert_eq!(offer(&observed, INTERFACE), "serving vpce-theirs");
}

#[test]
fn an_endpoint_that_does_not_serve_is_in_the_way_and_says_why() {
    for peer in [
        block("10.9.1.0/25"),
        block("192.168.0.0/16"),
        Peer::SecurityGroup("sg-other".to_owned()),
        Peer::PrefixList("pl-1".to_owned()),
    ] {
        let told = offer(&with_endpoint(peer.clone(), |_| {}), INTERFACE);
        assert!(told.starts_with("blocking vpce-theirs"), "{peer}: {told}");
        assert!(
            told.contains("sg-theirs") && told.contains("from 10.9.1.0/24"),
            "{told}"
        );
    }
    let everywhere = || block("0.0.0.0/0");
    for (state, word) in [("pending", "Wait"), ("failed", "Delete it")] {
        let told = offer(
            &with_endpoint(everywhere(), |endpoint| endpoint.state = state.to_owned()),
            INTERFACE,
        );
        assert!(told.starts_with("blocking") && told.contains(word), "{told}");
    }
}

#[test]
fn an_endpoint_whose_policy_allows_nothing_is_in_the_way() {
    let denying = r#"{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;
    let narrow = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "ecs:*", "Resource": "*"}}"#;
    for (document, expected) in [
        (denying, "blocking vpce-theirs: Its policy"),
        (narrow, "serving vpce-theirs"),
    ] {
        let observed = with_endpoint(block("0.0.0.0/0"), |endpoint| {
            endpoint.policy = Some(document.to_owned())
        });
        let told = offer(&observed, INTERFACE);
        assert!(told.starts_with(expected), "{told}");
        let mut observed = with_gateway(&["rtb-main", "rtb-c"]);
        let gateway = observed.endpoints.get_mut("vpce-theirs").unwrap();
        gateway.policy = Some(document.to_owned());
        let told = offer(&observed, GATEWAY);
        assert!(told.starts_with(expected), "{told}");
    }
    // Without private DNS it keeps nobody from an endpoint that serves.
    let observed = with_endpoint(block("0.0.0.0/0"), |endpoint| {
        endpoint.policy = Some(denying.to_owned());
        endpoint.private_dns_enabled = false;
    });
    assert_eq!(offer(&observed, INTERFACE), "nothing");
}

#[test]
fn an_endpoint_of_another_kind_of_use_is_of_no_concern() {
    let everywhere = || block("0.0.0.0/0");
    let closed = block("192.168.0.0/16");
    type Edit = fn(&mut Endpoint);
    let cases: [(Peer, Edit); 4] = [
        (everywhere(), |endpoint| endpoint.private_dns_enabled = false),
        (closed, |endpoint| endpoint.private_dns_enabled = false),
        (everywhere(), |endpoint| endpoint.state = "deleting".to_owned()),
        (everywhere(), |endpoint| endpoint.service_name = S3.to_owned()),
    ];
    for (peer, edit) in cases {
        assert_eq!(offer(&with_endpoint(peer, edit), INTERFACE), "nothing");
    }
    // Without private DNS, one without it is what is wanted.
    let without = Need {
        private_dns_enabled: false,
        ..INTERFACE
    };
    let observed = with_endpoint(everywhere(), |endpoint| endpoint.private_dns_enabled = false);
    assert_eq!(offer(&observed, without), "serving vpce-theirs");
}

#[test]
fn ones_own_endpoint_comes_first_in_whatever_state() {
    let mut observed = with_endpoint(block("0.0.0.0/0"), |_| {});
    let mut own = fixture::endpoint("vpce-zzz", ECS, EndpointKind::Interface);
    own.tags = fixture::seed().ownership("123456789012").tags();
    own.state = "failed".to_owned();
    observed.endpoints.insert(own.id.clone(), own);
    assert_eq!(offer(&observed, INTERFACE), "own vpce-zzz");
}

/// Somebody's gateway on these tables.
fn with_gateway(tables: &[&str]) -> Observed {
    let mut observed = fixture::network();
    let own = RouteTable {
        id: "rtb-c".to_owned(),
        associations: BTreeMap::from([("subnet-c".to_owned(), "rtbassoc-1".to_owned())]),
        tags: Tags::new(),
        ..RouteTable::default()
    };
    observed.route_tables.insert(own.id.clone(), own);
    let mut endpoint = fixture::endpoint("vpce-theirs", S3, EndpointKind::Gateway);
    endpoint.route_table_ids = tables.iter().map(|id| (*id).to_owned()).collect();
    observed.endpoints.insert(endpoint.id.clone(), endpoint);
    observed
}

#[test]
fn a_gateway_serves_if_it_is_on_every_table_and_is_complemented_otherwise() {
    let open = |observed: &Observed| {
        let ownership = fixture::seed().ownership("123456789012");
        let guests = Guests::new(observed, &ownership, ["subnet-a", "subnet-c"], []);
        guests.open_route_tables(S3).into_iter().collect::<Vec<_>>()
    };
    // One subnet uses the main table, the other a table of its own.
    let both = with_gateway(&["rtb-main", "rtb-c", "rtb-else"]);
    assert_eq!(offer(&both, GATEWAY), "serving vpce-theirs");
    let one = with_gateway(&["rtb-c"]);
    assert_eq!(offer(&one, GATEWAY), "nothing");
    assert_eq!(open(&one), ["rtb-main"]);
    let none = with_gateway(&["rtb-else"]);
    assert_eq!(offer(&none, GATEWAY), "nothing");
    assert_eq!(open(&none), ["rtb-c", "rtb-main"]);
}
