//! Which addresses may be connected to. The decision is made on resolved addresses, never on names: a name can
//! resolve to something else a moment later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of address it is, as far as the guard cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// Reachable by everyone.
    Public,
    /// This machine.
    Loopback,
    /// RFC 1918, and the old site-local IPv6 range.
    Private,
    /// Shared carrier space, 100.64.0.0/10.
    CarrierNat,
    /// IPv6 unique local, fc00::/7.
    UniqueLocal,
    /// `0.0.0.0/8` and `::`, which most systems connect to themselves.
    Unspecified,
    /// One to many.
    Multicast,
    /// Documentation, benchmarking, future use and the like: nothing honest answers there.
    Reserved,
    /// 6to4, Teredo and other tunnels whose far end cannot be judged.
    Tunnel,
    /// 169.254.0.0/16 and fe80::/10.
    LinkLocal,
    /// Where clouds hand out the credentials of the machine.
    Metadata,
}

/// What follows from the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// May be connected to.
    Open,
    /// Only with `allow_private_network` on the entry.
    NeedsPermission,
    /// Not even then.
    Never,
}

impl AddressClass {
    /// What follows from it.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Public => Verdict::Open,
            Self::LinkLocal | Self::Metadata => Verdict::Never,
            _ => Verdict::NeedsPermission,
        }
    }

    /// The name in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::CarrierNat => "carrier-grade NAT",
            Self::UniqueLocal => "unique local",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Reserved => "reserved",
            Self::Tunnel => "tunnel",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
        }
    }
}

impl std::fmt::Display for AddressClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The rule of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Whether the operator has allowed loopback and private addresses for this entry.
    pub allow_private_network: bool,
    /// The one address that may be connected to, of whatever kind it is, and no other. For what the environment names alone.
    pub only: Option<IpAddr>,
}

impl Guard {
    /// Whether an address may be connected to; if not, what kind it is.
    pub fn check(self, address: IpAddr) -> Result<(), AddressClass> {
        let class = judge(address);
        if let Some(only) = self.only {
            return if address == only { Ok(()) } else { Err(class) };
        }
        match class.verdict() {
            Verdict::Open => Ok(()),
            Verdict::NeedsPermission if self.allow_private_network => Ok(()),
            Verdict::NeedsPermission | Verdict::Never => Err(class),
        }
    }
}

/// Addresses of metadata services outside the link-local ranges: Alibaba, Azure's wire server, Oracle.
const METADATA_V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// AWS (instance metadata, pod identity) and Google have IPv6 ones in the unique local range.
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

/// The class of an address. An IPv4 address inside an IPv6 one is judged as the IPv4 address it leads to.
pub fn judge(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(v4) => judge_v4(v4),
        IpAddr::V6(v6) => judge_v6(v6),
    }
}

fn judge_v4(ip: Ipv4Addr) -> AddressClass {
    if METADATA_V4.contains(&ip) {
        return AddressClass::Metadata;
    }
    match ip.octets() {
        [0, ..] => AddressClass::Unspecified,
        [127, ..] => AddressClass::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressClass::Private,
        [100, 64..=127, ..] => AddressClass::CarrierNat,
        [169, 254, ..] => AddressClass::LinkLocal,
        [224..=239, ..] => AddressClass::Multicast,
        [192, 0, 0, _]
        | [192, 0, 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [198, 18..=19, ..]
        | [240..=255, ..] => AddressClass::Reserved,
        // The 6to4 relay anycast range leads into a tunnel.
        [192, 88, 99, _] => AddressClass::Tunnel,
        _ => AddressClass::Public,
    }
}

fn judge_v6(ip: Ipv6Addr) -> AddressClass {
    if METADATA_V6.contains(&ip) {
        return AddressClass::Metadata;
    }
    if ip.is_loopback() {
        return AddressClass::Loopback;
    }
    if ip.is_unspecified() {
        return AddressClass::Unspecified;
    }
    let s = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        judge_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // Mapped (::ffff:0:0/96): the system connects to the IPv4 address. NAT64 (64:ff9b::/96): a translator does.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        // Translated (::ffff:0:a.b.c.d) and the deprecated compatible form (::a.b.c.d): never honest when public.
        [0, 0, 0, 0, 0xffff, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] => tunnel_to(embedded(high, low)),
        // Local NAT64 (64:ff9b:1::/48): somebody's own translator, into somebody's own network.
        [0x64, 0xff9b, 1, .., high, low] => match embedded(high, low) {
            AddressClass::Public => AddressClass::Private,
            inner => inner,
        },
        [0x2002, high, low, ..] => tunnel_to(embedded(high, low)),
        // Teredo hides the client's IPv4 address inverted in the last two groups.
        [0x2001, 0, .., high, low] => tunnel_to(embedded(!high, !low)),
        [first, ..] if first & 0xfe00 == 0xfc00 => AddressClass::UniqueLocal,
        [first, ..] if first & 0xffc0 == 0xfe80 => AddressClass::LinkLocal,
        [first, ..] if first & 0xffc0 == 0xfec0 => AddressClass::Private,
        [first, ..] if first & 0xff00 == 0xff00 => AddressClass::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x100, 0, 0, 0, ..] => AddressClass::Reserved,
        // Only 2000::/3 is given out to the world.
        [0x2000..=0x3fff, ..] => AddressClass::Public,
        _ => AddressClass::Reserved,
    }
}

/// A tunnel is at best a tunnel; what it leads to may be worse.
fn tunnel_to(inner: AddressClass) -> AddressClass {
    if inner == AddressClass::Public { AddressClass::Tunnel } else { inner }
}

#[cfg(test)]
mod tests {
    use super::{AddressClass::*, Guard, Verdict, judge};

    #[test]
    fn every_form_of_an_address_is_judged_by_where_it_leads() {
        for (text, class) in [
            ("8.8.8.8", Public),
            ("104.18.7.192", Public),
            ("172.15.255.255", Public),
            ("172.32.0.1", Public),
            ("100.63.255.255", Public),
            ("100.128.0.1", Public),
            ("2606:4700::6812:7c0", Public),
            ("127.0.0.1", Loopback),
            ("127.255.255.254", Loopback),
            ("::1", Loopback),
            ("::ffff:127.0.0.1", Loopback),
            ("::127.0.0.1", Loopback),
            ("2002:7f00:1::", Loopback),
            ("64:ff9b::7f00:1", Loopback),
            ("10.0.0.1", Private),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("192.168.1.1", Private),
            ("::ffff:192.168.1.1", Private),
            ("::ffff:0:192.168.1.1", Private),
            ("2002:c0a8:101::1", Private),
            ("64:ff9b::10.1.2.3", Private),
            ("64:ff9b:1::8.8.8.8", Private),
            ("fec0::1", Private),
            ("100.64.0.1", CarrierNat),
            ("100.127.255.255", CarrierNat),
            ("fc00::1", UniqueLocal),
            ("fdff::1", UniqueLocal),
            ("0.0.0.0", Unspecified),
            ("0.1.2.3", Unspecified),
            ("::", Unspecified),
            ("::ffff:0.0.0.0", Unspecified),
            ("224.0.0.1", Multicast),
            ("239.255.255.250", Multicast),
            ("ff02::1", Multicast),
            ("192.0.2.1", Reserved),
            ("198.19.0.1", Reserved),
            ("255.255.255.255", Reserved),
            ("240.0.0.1", Reserved),
            ("2001:db8::1", Reserved),
            ("4000::1", Reserved),
            ("2002:808:808::1", Tunnel),
            ("2001::f7f7:f7f7", Tunnel),
            ("2001::80ff:fffe", Loopback),
            ("192.88.99.1", Tunnel),
            ("169.254.1.1", LinkLocal),
            ("fe80::1", LinkLocal),
            ("febf::1", LinkLocal),
            ("::ffff:169.254.10.10", LinkLocal),
            ("169.254.169.254", Metadata),
            ("::ffff:169.254.169.254", Metadata),
            ("64:ff9b::a9fe:a9fe", Metadata),
            ("2002:a9fe:a9fe::", Metadata),
            ("fd00:ec2::254", Metadata),
            ("fd20:ce::254", Metadata),
            ("100.100.100.200", Metadata),
            ("168.63.129.16", Metadata),
            ("64:ff9b::8.8.8.8", Public),
            ("::ffff:8.8.8.8", Public),
        ] {
            let address = text.parse().unwrap();
            assert_eq!(judge(address), class, "{text}");
            let closed = Guard { allow_private_network: false, only: None }.check(address);
            let open = Guard { allow_private_network: true, only: None }.check(address);
            for (only, allow_private_network) in [(address, false), ("8.8.4.4".parse().unwrap(), true)] {
                let alone = Guard { allow_private_network, only: Some(only) }.check(address);
                assert_eq!(alone.is_ok(), only == address, "{text} where {only} alone may be reached");
            }
            assert_eq!(closed.is_ok(), class == Public, "{text} without permission");
            assert_eq!(open.is_ok(), class.verdict() != Verdict::Never, "{text} with permission");
        }
        assert_eq!(LinkLocal.verdict(), Verdict::Never);
        assert_eq!(Metadata.verdict(), Verdict::Never);
    }
}
