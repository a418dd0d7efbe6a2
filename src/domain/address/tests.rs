use proptest::prelude::*;

use super::*;

fn block(text: &str) -> Ipv4Net {
    text.parse().unwrap()
}

fn zones(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("z{i}")).collect()
}

fn planned(
    vpc: &str,
    zones: &[String],
    prefix_length: Option<u8>,
    kept: &[(&str, &str)],
) -> Result<AddressPlan, Vec<PlanError>> {
    let kept: BTreeMap<String, Ipv4Net> = kept
        .iter()
        .map(|(zone, text)| ((*zone).to_owned(), block(text)))
        .collect();
    plan(&AddressRequest {
        vpc: block(vpc),
        zones,
        prefix_length,
        kept: &kept,
        kept_prefix_length: None,
    })
}

fn texts(plan: &AddressPlan) -> Vec<String> {
    plan.blocks.iter().map(|(_, block)| block.to_string()).collect()
}

#[test]
fn three_zones_of_a_16_leave_room_for_a_fourth() {
    let plan = planned("10.0.0.0/16", &zones(3), None, &[]).unwrap();
    assert_eq!(texts(&plan), ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"]);
}

#[test]
fn default_prefix_follows_the_number_of_zones_within_awss_limits() {
    assert_eq!(default_prefix_length(block("10.0.0.0/16"), 1), 18);
    assert_eq!(default_prefix_length(block("10.0.0.0/16"), 5), 19);
    assert_eq!(default_prefix_length(block("10.0.0.0/27"), 2), 28);
    assert_eq!(default_prefix_length(block("10.0.0.0/28"), 1), 28);
}

#[test]
fn a_new_zone_takes_the_first_free_block_and_no_other_moves() {
    let names = ["z0", "z9", "z2"].map(str::to_owned);
    let plan = planned(
        "10.0.0.0/16",
        &names,
        Some(18),
        &[("z0", "10.0.0.0/18"), ("z2", "10.0.128.0/18")],
    )
    .unwrap();
    assert_eq!(texts(&plan), ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"]);
}

#[test]
fn the_block_of_a_leaving_zone_is_not_given_away() {
    let full = [("z0", "10.0.0.0/17"), ("z1", "10.0.128.0/17")];
    let names = ["z0", "z2"].map(str::to_owned);
    let errors = planned("10.0.0.0/16", &names, Some(17), &full).unwrap_err();
    assert!(errors[0].detail.contains("in one apply"), "{errors:?}");
}

#[test]
fn every_fault_names_its_attribute_and_remedy() {
    let fault = |vpc, count, prefix| planned(vpc, &zones(count), prefix, &[]).unwrap_err().remove(0);
    let error = fault("10.0.0.1/16", 1, None);
    assert_eq!(error.attribute, "network.cidr_block");
    assert!(error.detail.contains("Did you mean \"10.0.0.0/16\"?"));
    assert_eq!(fault("10.0.0.0/8", 1, None).attribute, "network.cidr_block");
    assert_eq!(fault("10.0.0.0/29", 1, None).attribute, "network.cidr_block");
    assert_eq!(fault("169.254.0.0/16", 1, None).attribute, "network.cidr_block");
    assert_eq!(
        fault("10.0.0.0/20", 1, Some(18)).attribute,
        "network.subnet_prefix_length"
    );
    assert_eq!(
        fault("10.0.0.0/16", 1, Some(29)).attribute,
        "network.subnet_prefix_length"
    );
    assert_eq!(
        fault("10.0.0.0/16", 3, Some(17)).attribute,
        "network.subnet_prefix_length"
    );
    assert_eq!(fault("10.0.0.0/27", 3, None).attribute, "network.cidr_block");
}

#[test]
fn kept_blocks_must_fit() {
    let error = planned("10.0.0.0/16", &zones(1), None, &[("z0", "10.1.0.0/18")]).unwrap_err();
    assert_eq!(error[0].attribute, "network.cidr_block");
    let error = planned(
        "10.0.0.0/16",
        &zones(2),
        None,
        &[("z0", "10.0.0.0/18"), ("z1", "10.0.0.0/20")],
    )
    .unwrap_err();
    assert!(error[0].summary.contains("overlap"));
}

#[test]
fn a_subnet_holds_its_endpoints_and_an_instance() {
    assert_eq!(usable_addresses(block("10.0.0.0/28")), 11);
    assert!(check_capacity("z", block("10.0.0.0/28"), 10).is_ok());
    let error = check_capacity("z", block("10.0.0.0/28"), 11).unwrap_err();
    assert!(error.detail.contains("11 addresses"), "{error}");
}

#[test]
fn text_is_read_strictly() {
    assert_eq!(parse_cidr_block("10.0.0.0/16").unwrap(), block("10.0.0.0/16"));
    for text in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/16", "fd00::/8", "10.0.0.1/16"] {
        assert!(parse_cidr_block(text).is_err(), "{text}");
    }
}

#[test]
fn blocks_for_the_function() {
    let blocks = subnet_cidr_blocks(block("10.0.0.0/24"), 3, None).unwrap();
    assert_eq!(
        blocks,
        [block("10.0.0.0/26"), block("10.0.0.64/26"), block("10.0.0.128/26")]
    );
    assert!(subnet_cidr_blocks(block("10.0.0.0/24"), 3, Some(25)).is_err());
    assert_eq!(subnet_cidr_blocks(block("10.0.0.0/24"), 0, Some(25)).unwrap(), []);
}

fn some_vpc() -> impl Strategy<Value = Ipv4Net> {
    (any::<u16>(), 16_u8..=24).prop_map(|(low, prefix)| {
        Ipv4Net::new([10, (low >> 8) as u8, (low & 255) as u8, 0].into(), prefix)
            .unwrap()
            .trunc()
    })
}

proptest! {
    #[test]
    fn blocks_are_disjoint_and_inside(vpc in some_vpc(), count in 1_usize..=6) {
        let plan = planned(&vpc.to_string(), &zones(count), None, &[]).unwrap();
        prop_assert_eq!(plan.blocks.len(), count);
        for (i, (_, a)) in plan.blocks.iter().enumerate() {
            prop_assert!(vpc.contains(a));
            prop_assert_eq!(a.prefix_len(), plan.prefix_length);
            for (_, b) in &plan.blocks[i + 1..] {
                prop_assert!(!overlap(a, b));
            }
        }
    }

    #[test]
    fn another_zone_moves_none(vpc in some_vpc(), count in 1_usize..=3, at in 0_usize..=3) {
        let before = planned(&vpc.to_string(), &zones(count), None, &[]).unwrap();
        let kept: Vec<(String, String)> = before.blocks.iter().map(|(z, b)| (z.clone(), b.to_string())).collect();
        let kept: Vec<(&str, &str)> = kept.iter().map(|(z, b)| (z.as_str(), b.as_str())).collect();
        let mut names = zones(count);
        names.insert(at.min(count), "new".to_owned());
        let after = planned(&vpc.to_string(), &names, Some(before.prefix_length), &kept).unwrap();
        let rest: Vec<_> = after.blocks.iter().filter(|(zone, _)| zone != "new").cloned().collect();
        prop_assert_eq!(rest, before.blocks);
    }

    #[test]
    fn the_plan_is_deterministic(vpc in some_vpc(), count in 1_usize..=6) {
        let once = planned(&vpc.to_string(), &zones(count), None, &[]);
        prop_assert_eq!(once, planned(&vpc.to_string(), &zones(count), None, &[]));
    }
}
