//! A small analytics service: it waits for its database, applies what is pending, verifies the schema, ingests a day of synthetic
//! events, refreshes the aggregates and prints what they say.
//!
//! `cargo xtask with-db -- cargo run -p analytics-schema --example analytics_service`

#![expect(clippy::print_stdout, reason = "the report is what the program is for")]

use std::error::Error;
use std::time::Duration;

use analytics_schema::postgres::Client;
use analytics_schema::{
    Config, DeviceType, FunnelStatus, Inet, Jsonb, Numeric, Prepared, Timestamp, Uuid,
    event_counts_hourly, events, funnel_conversion_daily, funnel_events, funnels, migrate, queries,
    verify,
};

const FUNNEL: [&str; 3] = ["page_view", "signup", "purchase"];
const VISITS: u32 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "DATABASE_URL is not set: run it through `cargo xtask with-db --`")?;
    let config = Config::parse(&url)?;
    config.wait(Duration::from_secs(30))?;
    let report = migrate(&config)?;
    let mut client = config.client()?;
    verify(&mut client)?;
    // A statement that runs again is then sent as its values alone.
    let mut client = Prepared::new(client);
    println!(
        "schema    {} migrations applied before, {} now; verified",
        report.history.rows.len(),
        report.applied.len()
    );

    let today = Timestamp::now().date_utc();
    let day = today
        .checked_add_days(-1)
        .and_then(|date| date.midnight_utc());
    let day = day.ok_or("yesterday is out of range")?;
    let next_day = day.checked_add_days(1).ok_or("today is out of range")?;
    let mut visits = Visits::new(day)?;
    let funnel = create_funnel(&mut client, visits.project)?;
    let ingested = ingest(&mut client, &mut visits, funnel.id)?;
    println!(
        "ingested  {} events, {} funnel steps",
        ingested.0, ingested.1
    );

    refresh(&mut client, day, next_day)?;
    print_hours(&mut client, visits.project, day, next_day)?;
    print_visitors(&mut client, visits.project, day, next_day)?;
    print_funnel(&mut client, &funnel, day, next_day)
}

/// One row through `insert`: it comes back as it is stored, with its id and defaults.
fn create_funnel(
    client: &mut Prepared<Client>,
    project: Uuid,
) -> Result<funnels::Row, Box<dyn Error>> {
    let funnel = funnels::New {
        status: Some(FunnelStatus::Active),
        description: Some("From the first page to the first purchase".to_owned()),
        ..funnels::Required {
            project_id: project,
            name: "purchase".to_owned(),
            owner: "growth".to_owned(),
            steps: FUNNEL.iter().map(|&step| step.to_owned()).collect(),
        }
        .into()
    };
    Ok(funnels::insert(&funnel).one(client)?)
}

/// Many rows through `copy_in`: one binary COPY for each table, both in one transaction.
fn ingest(
    client: &mut Prepared<Client>,
    visits: &mut Visits,
    funnel: i64,
) -> Result<(u64, u64), Box<dyn Error>> {
    let mut all_events = Vec::new();
    let mut all_steps = Vec::new();
    for visit in 0..VISITS {
        visits.add(visit, funnel, &mut all_events, &mut all_steps)?;
    }
    let mut transaction = client.transaction()?;
    let events = events::copy_in(&mut transaction, &all_events)?;
    let steps = funnel_events::copy_in(&mut transaction, &all_steps)?;
    transaction.commit()?;
    Ok((events, steps))
}

/// The policies would do it within the hour.
fn refresh(
    client: &mut Prepared<Client>,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), Box<dyn Error>> {
    for aggregate in [
        "event_counts_hourly",
        "event_counts_daily",
        "funnel_conversion_daily",
    ] {
        client.batch_execute(&format!(
            "CALL refresh_continuous_aggregate('{aggregate}', '{from}', '{to}')"
        ))?;
    }
    Ok(())
}

fn print_hours(
    client: &mut Prepared<Client>,
    project: Uuid,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), Box<dyn Error>> {
    println!("\nhour                    event      count    revenue");
    for row in event_counts_hourly::between(from..to).iter(client)? {
        let row = row?;
        if row.project_id == project {
            let revenue = row
                .revenue
                .map_or("-".to_owned(), |revenue| revenue.to_string());
            println!(
                "{}  {:<9} {:>6} {revenue:>10}",
                row.bucket, row.name, row.events
            );
        }
    }
    Ok(())
}

/// One row, which is proven: `one` compiles.
fn print_visitors(
    client: &mut Prepared<Client>,
    project: Uuid,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), Box<dyn Error>> {
    let all = queries::visitors(project, None, None, from..to).one(&mut *client)?;
    let mobile = [DeviceType::Mobile];
    let mobile = queries::visitors(project, None, Some(&mobile), from..to).one(client)?;
    println!(
        "\n{} users, {} of them on a mobile",
        all.users, mobile.users
    );
    Ok(())
}

fn print_funnel(
    client: &mut Prepared<Client>,
    funnel: &funnels::Row,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), Box<dyn Error>> {
    println!(
        "\nfunnel {} ({} steps, {})",
        funnel.name, funnel.step_count, funnel.status
    );
    for row in funnel_conversion_daily::between(from..to).iter(client)? {
        let row = row?;
        if row.funnel_id == funnel.id {
            let share = row
                .conversion
                .map_or("-".to_owned(), |share| format!("{:.1} %", share * 100.0));
            println!(
                "{}  {} entered, {} converted: {share}",
                row.bucket, row.entered, row.converted
            );
        }
    }
    Ok(())
}

/// Makes visits of one new project, spread over a day.
struct Visits {
    project: Uuid,
    day: Timestamp,
    random: Random,
}

impl Visits {
    fn new(day: Timestamp) -> Result<Visits, Box<dyn Error>> {
        let seed = Timestamp::now()
            .unix_micros()
            .ok_or("the clock is out of range")?;
        let mut random = Random(seed as u64 | 1);
        Ok(Visits {
            project: random.uuid(),
            day,
            random,
        })
    }

    /// A page view, a signup of some, a purchase of few; each also a step of the funnel.
    fn add(
        &mut self,
        visit: u32,
        funnel: i64,
        all_events: &mut Vec<events::New>,
        all_steps: &mut Vec<funnel_events::New>,
    ) -> Result<(), Box<dyn Error>> {
        let user = format!("user-{visit}");
        let entered = self
            .day
            .checked_add(Duration::from_secs(self.random.below(23 * 3600)));
        let entered = entered.ok_or("the time is out of range")?;
        let depth = [1, 1, 1, 2, 2, 3][self.random.below(6) as usize];
        let mut time = entered;
        for (index, name) in FUNNEL.iter().take(depth).enumerate() {
            let event = self.event(name, &user, time)?;
            all_steps.push(funnel_events::New {
                is_final: Some(index + 1 == FUNNEL.len()),
                ..funnel_events::Required {
                    entered_at: entered,
                    funnel_id: funnel,
                    user_id: user.clone(),
                    step: index as i16 + 1,
                    reached_at: time,
                    event_id: event.event_id.unwrap_or_default(),
                }
                .into()
            });
            all_events.push(event);
            let pause = Duration::from_secs(5 + self.random.below(600));
            time = time.checked_add(pause).ok_or("the time is out of range")?;
        }
        Ok(())
    }

    fn event(
        &mut self,
        name: &str,
        user: &str,
        time: Timestamp,
    ) -> Result<events::New, Box<dyn Error>> {
        let is_purchase = name == "purchase";
        let cents = 500 + self.random.below(20_000);
        let network = [10, 0, self.random.below(256) as u8, 0];
        Ok(events::New {
            event_id: Some(self.random.uuid()),
            user_id: Some(user.to_owned()),
            device: Some(if self.random.below(3) == 0 {
                DeviceType::Mobile
            } else {
                DeviceType::Desktop
            }),
            country: Some(["DE", "FR", "US"][self.random.below(3) as usize].to_owned()),
            // Privacy: the network, not the host.
            ip: Some(Inet::new(network.into(), 24)?),
            url: Some(format!("https://shop.example/{name}")),
            revenue: if is_purchase {
                Numeric::from_scaled(cents.into(), 2)
            } else {
                None
            },
            properties: Some(Jsonb::from_text(format!(
                r#"{{"plan": "pro", "page": "{name}"}}"#
            ))),
            ..events::Required {
                time,
                project_id: self.project,
                name: name.to_owned(),
            }
            .into()
        })
    }
}

/// xorshift64: enough for synthetic data.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }
}
