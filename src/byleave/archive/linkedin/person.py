"""The catalogue's first half: who the member is, whom they know, what they apply for, what LinkedIn infers and bills.

Header rows as open-source viewers, structure notes and parsers record them from exports of 2021 to 2026; where nobody
recorded one, the columns are empty and the file is read under its own header.
"""

from __future__ import annotations

from byleave.archive.linkedin.layouts import Layout, layout

_NOT_NAMED = "LinkedIn's list of profile data does not name it"
_AD_TARGETING = (
    "Member Age,Buyer Groups,Company Names,Company Names,Company Follower of,Company Names,Company Category,"
    "Company Size,Degrees,degreeClass,Recent Device OS,Member Schools,Company Growth Rate,Fields of Study,"
    "Company Connections,Function By Size,Job Functions,Member Gender,Graduation Year,Member Groups,"
    "Company Industries,Member Interests,Interface Locales,interfaceLocale,Member Traits,"
    "High Value Audience Segments,Profile Locations,Company Revenue,Job Seniorities,Member Skills,"
    "Standard Audience Segments,Job Titles,Job Titles,Job Titles,Years of Experience"
)
_JOB_PREFERENCES = (
    "Locations,Industries,Company Employee Count,Preferred Job Types,Job Titles,Open To Recruiters,Dream Companies,"
    "Profile Shared With Job Poster,Job Title For Searching Fast Growing Companies,Introduction Statement,"
    "Phone Number,Job Seeker Activity Level,Preferred Start Time Range,Commute Preference Starting Address,"
    "Commute Preference Starting Time,Mode Of Transportation,Maximum Commute Duration,Open Candidate Visibility,"
    "Job Seeking Urgency Level,Semantic Preferences"
)
_VERIFICATIONS = (
    "First name,Middle name,Last name,Verification type,Organization name,Email address,Country,State,City,"
    "Year of birth,Issuing authority,Document type,Verification service provider,Verified date,Expiry date"
)
_RECEIPTS = (
    "First Name,Last Name,Billing Country,Postal Code,Transaction Made At,Payment Method Type,Invoice Number,"
    "Description,Tax Amount,Sub Total,Total Amount,Currency Code"
)

PROFILE: tuple[Layout, ...] = (
    layout(
        "Profile",
        "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location,"
        "Twitter Handles,Websites,Instant Messengers",
        category="profile",
        text="Summary",
    ),
    layout("Profile Summary", "Profile Summary", category="profile", text="Profile Summary"),
    layout(
        "Positions",
        "Company Name,Title,Description,Location,Started On,Finished On",
        dates="Started On,Finished On",
        category="profile",
        text="Description",
    ),
    layout(
        "Education",
        "School Name,Start Date,End Date,Notes,Degree Name,Activities",
        dates="Start Date,End Date",
        category="profile",
        text="Notes",
    ),
    layout("Skills", "Name", category="profile", text="Name"),
    layout("Languages", "Name,Proficiency", category="profile", doubt=_NOT_NAMED, text="Name"),
    layout(
        "Certifications",
        "Name,Url,Authority,Started On,Finished On,License Number",
        dates="Started On,Finished On",
        links="Url",
        category="profile",
        text="Name",
    ),
    layout("Courses", "Name,Number", text="Name"),
    layout(
        "Honors",
        "Title,Description,Issued On",
        dates="Issued On",
        category="profile",
        doubt=_NOT_NAMED,
        text="Description",
    ),
    layout(
        "Projects",
        "Title,Description,Url,Started On,Finished On",
        dates="Started On,Finished On",
        links="Url",
        category="profile",
        doubt=_NOT_NAMED,
        text="Description",
    ),
    layout(
        "Publications",
        "Name,Published On,Description,Publisher,Url",
        dates="Published On",
        links="Url",
        category="profile",
        text="Description",
    ),
    layout("Patents", category="profile"),
    layout("Organizations"),
    layout("Volunteering", category="profile"),
    layout("Test Scores"),
    layout("Interests"),
    layout("Causes You Care About", "Supported Cause"),
    layout(
        "Email Addresses",
        "Email Address,Confirmed,Primary,Updated On",
        dates="Updated On",
        flags="Confirmed,Primary",
    ),
    layout("PhoneNumbers", "Extension,Number,Type"),
    layout("Whatsapp Phone Numbers", "Number,Extension,Is_WhatsApp_Number", flags="Is_WhatsApp_Number"),
    layout("Registration", "Registered At,Registration Ip,Subscription Types", dates="Registered At"),
    layout("Verifications", _VERIFICATIONS, dates="Verified date,Expiry date"),
    layout(
        "Private_identity_asset",
        "Private Identity Asset Name,Private Identity Asset Raw Text",
        category="resume",
        text="Private Identity Asset Raw Text",
    ),
    layout("Account Status History", "Time,Event", dates="Time"),
)

NETWORK: tuple[Layout, ...] = (
    layout(
        "Connections",
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
        dates="Connected On",
        links="URL",
        preamble=True,
        others=True,
    ),
    layout(
        "Invitations",
        "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl",
        dates="Sent At",
        links="inviterProfileUrl,inviteeProfileUrl",
        others=True,
    ),
    layout(
        "Company Follows",
        "Organization,Followed On",
        aliases={"Organization Name": "Organization"},
        dates="Followed On",
    ),
    layout("Member_Follows", "Date,Status,FullName", dates="Date", preamble=True, others=True),
    layout(
        "Hashtag_Follows",
        "HashTag,CreatedTime,LastModifiedTime,State",
        dates="CreatedTime,LastModifiedTime",
    ),
    layout(
        "ImportedContacts|Contacts",
        "Source,FirstName,LastName,Companies,Title,Emails,PhoneNumbers,CreatedAt,Addresses,Sites,"
        "InstantMessageHandles,FullName,Birthday,Location,BookmarkedAt,Profiles",
        older="MiddleName,UpdatedAt",
        dates="CreatedAt,BookmarkedAt,UpdatedAt",
        others=True,
    ),
)

JOBS: tuple[Layout, ...] = (
    layout(
        "Job Applications",
        "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title,Job Url,Resume Name,"
        "Question And Answers",
        older="Status,Withdraw Date",
        dates="Application Date,Withdraw Date",
        links="Job Url",
        category="job-application",
        text="Question And Answers",
        created="Application Date",
    ),
    layout("Saved Jobs", "Saved Date,Job Url,Job Title,Company Name", dates="Saved Date", links="Job Url"),
    layout("Job Seeker Preferences", _JOB_PREFERENCES),
    layout("Job Applicant Saved Answers", "Question,Answer", category="saved-answer", text="Answer"),
    layout(
        "Job Applicant Saved Screening Question Responses",
        "Question,Answer",
        category="saved-answer",
        text="Answer",
    ),
    layout(
        "SavedJobAlerts",
        "ALERT_PARAMETERS,QUERY_CONTEXT,SAVED_SEARCH_ID",
        older="Saved Search Date,Jobs Search Url",
        dates="Saved Search Date",
        links="Jobs Search Url",
    ),
    layout("Job Descriptions"),
    layout("LinkedIn Salary", category="salary"),
)

ACCOUNT: tuple[Layout, ...] = (
    layout("Ad_Targeting", _AD_TARGETING),
    layout("Inferences_about_you", "Category,Type of inference,Description,Inference"),
    layout("Ads Clicked", "Ad clicked Date,Ad Title/Id", dates="Ad clicked Date"),
    layout("LAN Ads Engagement", "Action,Date,Ad Title/Id,Page/App", dates="Date"),
    layout("Logins", "Login Date,IP Address,User Agent,Login Type", dates="Login Date", category="credential"),
    layout(
        "Security Challenges",
        "Challenge Date,IP Address,User Agent,Country,Challenge Type",
        dates="Challenge Date",
        category="credential",
    ),
    layout("SearchQueries", "Time,Search Query", dates="Time"),
    layout("Receipts_v2", _RECEIPTS, dates="Transaction Made At", category="payment"),
    layout("Receipts", category="payment"),
    layout("Providers", "Creation Time,Marketplace Type,ProFinder Service Category,Media", dates="Creation Time"),
    layout("Engagements"),
    layout("Opportunities|Opprtunities"),
    layout("Inferred Credibility Scores"),
    layout("Notes"),
    layout("Mobile Applications"),
)
